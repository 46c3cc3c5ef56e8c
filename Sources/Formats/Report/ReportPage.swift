/// One HTML page that stands alone: nothing is fetched, and no script runs.
///
/// Source: the HTML standard, https://html.spec.whatwg.org.
package struct ReportPage: Sendable {
  /// A part of the page with a heading.
  package struct Section: Sendable {
    let id: String
    let title: String
    let content: [Markup]

    /// A section that links call `id`.
    package init(_ title: String, id: String, content: [Markup]) {
      self.id = id
      self.title = title
      self.content = content
    }
  }

  /// A number that the page begins with.
  package struct Fact: Sendable {
    let name: String
    let value: String
    let unit: String

    /// `value` and, in small letters behind it, a unit or another remark.
    package init(_ name: String, _ value: String, unit: String = "") {
      self.name = name
      self.value = value
      self.unit = unit
    }
  }

  private let title: String
  private let summary: String
  private let provenance: [String]
  private let facts: [Fact]
  private let sections: [Section]

  /// A page that begins with `summary` and `facts` and goes on with `sections`; `provenance` are
  /// lines in small letters that tell where the page comes from.
  package init(
    _ title: String, summary: String, provenance: [String] = [], facts: [Fact],
    sections: [Section]
  ) {
    self.title = title
    self.summary = summary
    self.provenance = provenance
    self.facts = facts
    self.sections = sections
  }

  /// The bytes of the file, UTF-8.
  package var bytes: [UInt8] {
    let page = Markup([
      .doctype,
      .element("html", ["lang": "en"], content: .newline, head, .newline, body), .newline,
    ])
    return [UInt8](page.text.utf8)
  }

  private var head: Markup {
    .element(
      "head", content: .newline,
      .void("meta", ["charset": "utf-8"]), .newline,
      .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .newline,
      .void("meta", ["name": "color-scheme", "content": "light dark"]), .newline,
      // Without this link browsers ask the server for an icon.
      .void("link", ["rel": "icon", "href": "data:,"]), .newline,
      .element("title", content: Markup(title)), .newline,
      .style(ReportStyle.sheet))
  }

  private var body: Markup {
    let links = sections.map {
      Markup.element("a", ["href": "#\($0.id)"], content: Markup($0.title))
    }
    let origin = provenance.map { Markup.element("p", ["class": "origin"], content: Markup($0)) }
    let header = Markup.element(
      "header", content: .element("h1", content: Markup(title)),
      .element("p", content: Markup(summary)),
      Markup(origin), .newline,
      facts.isEmpty ? Markup([]) : .facts(facts), .newline,
      .element("nav", ["aria-label": "Sections"], content: Markup(links)))
    return .element(
      "body", content: .newline, header, .newline,
      .element("main", content: .newline, Markup(sections.map(Self.markup))), .newline)
  }

  private static func markup(_ section: Section) -> Markup {
    .element(
      "section", ["id": section.id], content: .element("h2", content: Markup(section.title)),
      .newline,
      Markup(section.content.flatMap { [$0, .newline] }))
  }
}
