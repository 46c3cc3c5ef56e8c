import Formats
import Testing

/// What stands between the text of a page and its tags.
@Suite struct MarkupTests {
  /// The page that has `text` where a page can have text.
  private func page(_ text: String) -> String {
    let content = Markup.element("p", ["title": text], Markup(text))
    let section = ReportPage.Section("A section", id: "a", [content])
    return String(
      decoding: ReportPage("A page", summary: "", facts: [], [section]).bytes, as: UTF8.self)
  }

  @Test(
    "text cannot become a tag, an entity or an attribute",
    arguments: [
      ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
      ("\" onclick=\"x", "&quot; onclick=&quot;x"), ("it's", "it&#39;s"), ("&lt;", "&amp;lt;"),
      ("z₁ é 数", "z₁ é 数"), ("a\u{0}b\u{1b}[2Jc\u{85}", "a\u{fffd}b\u{fffd}[2Jc\u{fffd}"),
    ])
  func escape(text: String, escaped: String) {
    #expect(page(text).contains("<p title=\"\(escaped)\">\(escaped)</p>"))
  }

  @Test("a picture is taken only from the bytes of a PNG file")
  func pictures() throws {
    let file = PNG.encode(GreyImage(width: 7, height: 3))
    let picture = try #require(Markup.picture(file, alternative: "x"))
    let text = String(
      decoding: ReportPage("", summary: "", facts: [], [.init("", id: "", [picture])]).bytes,
      as: UTF8.self)
    #expect(text.contains("width=\"7\" height=\"3\""))
    #expect(text.contains("src=\"data:image/png;base64,iVBORw0KGgo"))
    for count in [0, 8, 23] {
      #expect(Markup.picture(Array(file[..<count]), alternative: "") == nil)
    }
    #expect(Markup.picture([1] + file, alternative: "") == nil)
  }

  @Test(
    "numbers as people read them",
    arguments: [
      (0, 0, "0"), (1234567.891, 2, "1,234,567.89"), (-0.5, 1, "\u{2212}0.5"), (0.05, 1, "0.1"),
      (999.996, 2, "1,000.00"), (-0.001, 2, "0.00"), (105.48420218076707, 2, "105.48"),
      (1e300, 1, "1e+300"), (.nan, 1, "nan"),
    ] as [(Double, Int, String)])
  func numbers(value: Double, places: Int, text: String) {
    #expect(NumberText.fixed(value, places) == text)
  }
}
