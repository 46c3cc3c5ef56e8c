import Formats
import Testing

/// What stands between the text of a page and its tags.
@Suite struct MarkupTests {
  /// The page that has `text` where a page can have text.
  private func page(_ text: String) -> String {
    let content = Markup.element("p", ["title": text], content: Markup(text))
    let section = ReportPage.Section("A section", id: "a", content: [content])
    return String(
      decoding: ReportPage("A page", summary: "", facts: [], sections: [section]).bytes,
      as: UTF8.self)
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
      decoding: ReportPage(
        "", summary: "", facts: [], sections: [.init("", id: "", content: [picture])]
      ).bytes,
      as: UTF8.self)
    #expect(text.contains("width=\"7\" height=\"3\""))
    #expect(text.contains("src=\"data:image/png;base64,iVBORw0KGgo"))
    for count in [0, 8, 23] {
      #expect(Markup.picture(Array(file[..<count]), alternative: "") == nil)
    }
    #expect(Markup.picture([1] + file, alternative: "") == nil)
  }
}
