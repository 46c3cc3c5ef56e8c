extension Markup {
  /// A paragraph of text.
  package static func paragraph(_ text: String) -> Markup { .element("p", content: Markup(text)) }

  /// A paragraph in the place of something that is missing, which says why.
  package static func missing(_ text: String) -> Markup {
    .element("p", ["class": "missing"], content: Markup(text))
  }

  /// Blocks beside one another if there is room, otherwise below one another.
  package static func row(_ blocks: [Markup]) -> Markup {
    .element("div", ["class": "row"], content: Markup(blocks))
  }

  /// A drawing or a picture with a caption below it.
  package static func figure(_ content: Markup, _ caption: String) -> Markup {
    .element("figure", content: content, .element("figcaption", content: Markup(caption)))
  }

  /// Numbers in large letters, as many side by side as there is room for.
  package static func facts(_ facts: [ReportPage.Fact]) -> Markup {
    .element(
      "dl", ["class": "facts"],
      content: Markup(
        facts.map { fact in
          .element(
            "div", content: .element("dt", content: Markup(fact.name)),
            .element(
              "dd", content: Markup(fact.value),
              Markup(
                fact.unit.isEmpty ? [] : [.element("small", content: Markup(" \(fact.unit)"))])))
        }))
  }

  /// Numbered sentences, each of a claim in bold letters and what follows it.
  package static func claims(_ claims: [(claim: String, rest: String)]) -> Markup {
    .element(
      "ol", ["class": "claims"],
      content: Markup(
        claims.map {
          .element("li", content: .element("strong", content: Markup($0.claim)), Markup($0.rest))
        }))
  }

  /// A table of numbers, each row with a sentence below it. There are as many values in a row as names in
  /// `head`.
  package static func measures(
    head: [String], rows: [(name: String, values: [String], why: String)]
  ) -> Markup {
    let names = ([""] + head).map { Markup.element("th", ["scope": "col"], content: Markup($0)) }
    let body = rows.map { row in
      Markup([
        .element(
          "tr", content: .element("th", ["scope": "row"], content: Markup(row.name)),
          Markup(row.values.map { .element("td", content: Markup($0)) })),
        .element(
          "tr", ["class": "why"],
          content: .element("td", ["colspan": "\(head.count + 1)"], content: Markup(row.why))),
      ])
    }
    return .element(
      "table", ["class": "measures"],
      content: .element("thead", content: .element("tr", content: Markup(names))),
      .element("tbody", content: Markup(body)))
  }

  /// A table of names, each with its value.
  package static func list(_ pairs: [(name: String, value: String)]) -> Markup {
    let rows = pairs.map { pair in
      Markup.element(
        "tr", content: .element("th", ["scope": "row"], content: Markup(pair.name)),
        .element("td", content: Markup(pair.value)))
    }
    return .element(
      "div", ["class": "wide"],
      content: .element(
        "table", ["class": "list"], content: .element("tbody", content: Markup(rows))))
  }

  /// A table of numbers that opens at a click on `title`.
  package static func numbers(_ title: String, head: [String], rows: [[String]]) -> Markup {
    let names = head.map { Markup.element("th", ["scope": "col"], content: Markup($0)) }
    let body = rows.map { row in
      Markup.element("tr", content: Markup(row.map { .element("td", content: Markup($0)) }))
    }
    return .element(
      "details", content: .element("summary", content: Markup(title)),
      .element(
        "div", ["class": "wide"],
        content: .element(
          "table", ["class": "numbers"],
          content: .element("thead", content: .element("tr", content: Markup(names))),
          .element("tbody", content: Markup(body)))))
  }

  /// Lines of a program.
  package static func code(_ text: String) -> Markup {
    .element("pre", content: .element("code", content: Markup(text)))
  }
}
