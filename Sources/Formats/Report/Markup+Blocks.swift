extension Markup {
  /// A paragraph of text.
  package static func paragraph(_ text: String) -> Markup { .element("p", [:], Markup(text)) }

  /// A paragraph in the place of something that is missing, which says why.
  package static func missing(_ text: String) -> Markup {
    .element("p", ["class": "missing"], Markup(text))
  }

  /// Blocks beside one another where there is room, below one another where there is not.
  package static func row(_ blocks: [Markup]) -> Markup {
    .element("div", ["class": "row"], Markup(blocks))
  }

  /// A drawing or a picture with a caption below it.
  package static func figure(_ content: Markup, _ caption: String) -> Markup {
    .element("figure", [:], content, .element("figcaption", [:], Markup(caption)))
  }

  /// Names, each with its value.
  package static func list(_ pairs: [(name: String, value: String)]) -> Markup {
    let rows = pairs.map { pair in
      Markup.element(
        "tr", [:], .element("th", ["scope": "row"], Markup(pair.name)),
        .element("td", [:], Markup(pair.value)))
    }
    return .element(
      "div", ["class": "wide"],
      .element("table", ["class": "list"], .element("tbody", [:], Markup(rows))))
  }

  /// A table of numbers that opens at a click on `title`.
  package static func numbers(_ title: String, head: [String], rows: [[String]]) -> Markup {
    let names = head.map { Markup.element("th", ["scope": "col"], Markup($0)) }
    let body = rows.map { row in
      Markup.element("tr", [:], Markup(row.map { .element("td", [:], Markup($0)) }))
    }
    return .element(
      "details", [:], .element("summary", [:], Markup(title)),
      .element(
        "div", ["class": "wide"],
        .element(
          "table", ["class": "numbers"],
          .element("thead", [:], .element("tr", [:], Markup(names))),
          .element("tbody", [:], Markup(body)))))
  }

  /// Lines of a program.
  package static func code(_ text: String) -> Markup {
    .element("pre", [:], .element("code", [:], Markup(text)))
  }
}
