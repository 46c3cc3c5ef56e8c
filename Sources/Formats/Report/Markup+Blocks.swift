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
