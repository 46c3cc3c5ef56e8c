internal import FoundationEssentials

/// A piece of an HTML page, or of SVG inside one, in which all text is escaped.
package struct Markup: Sendable {
  /// The text of the page.
  let text: String

  private init(raw text: String) { self.text = text }

  /// Text, with what would be read as a tag, an entity or the end of an attribute escaped.
  package init(_ text: String) { self.text = Self.escaped(text) }

  /// Pieces one after another.
  package init(_ pieces: [Markup]) { text = pieces.map(\.text).joined() }

  /// An element with `attributes`, in that order; attributes whose value is nil are left out.
  package static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], content: Markup...
  ) -> Markup {
    Markup(raw: "\(tag(name, attributes))\(Markup(content).text)</\(name)>")
  }

  /// An element to which HTML allows no content and no end tag.
  static func void(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:]
  ) -> Markup {
    Markup(raw: tag(name, attributes))
  }

  /// A style sheet, which is not escaped: HTML looks for no tags in it.
  static func style(_ sheet: String) -> Markup { Markup(raw: "<style>\n\(sheet)</style>\n") }

  /// What every HTML page begins with.
  static let doctype = Markup(raw: "<!doctype html>\n")

  /// The end of a line, for those who read the page's source.
  static let newline = Markup(raw: "\n")

  /// A picture inside the page from the bytes of a PNG file, and words for readers who cannot see
  /// it; nil where the bytes are not a PNG file.
  package static func picture(_ file: [UInt8], alternative: String) -> Markup? {
    guard let size = PNG.dimensions(of: file) else { return nil }
    return .void(
      "img",
      [
        "src": "data:image/png;base64,\(Data(file).base64EncodedString())", "alt": alternative,
        "width": "\(size.width)", "height": "\(size.height)",
      ])
  }

  private static func tag(
    _ name: String, _ attributes: KeyValuePairs<String, String?>
  ) -> String {
    let words = attributes.compactMap { name, value in
      value.map { " \(name)=\"\(escaped($0))\"" }
    }
    return "<\(name)\(words.joined())>"
  }

  /// `text` with entities for the five characters that mean something to HTML, and U+FFFD for the
  /// characters that no page may have.
  private static func escaped(_ text: String) -> String {
    // Data of pictures and paths of drawings are long and have none of these characters.
    let isPlain = text.utf8.allSatisfy { byte in
      switch UnicodeScalar(byte) {
      case "&", "<", ">", "\"", "'": false
      case " "..."~": true
      default: false
      }
    }
    if isPlain { return text }
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n": escaped.unicodeScalars.append(scalar)
      case "\0"..."\u{1f}", "\u{7f}"..."\u{9f}": escaped += "\u{fffd}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
