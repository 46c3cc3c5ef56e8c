internal import Platform
internal import Yams

/// The text of a YAML file, of which nothing is known yet.
struct YAMLText {
  private let text: String

  /// The `text`, which may begin with a mark of its byte order.
  ///
  /// - Throws: ``Aliases`` for a text with aliases. A few of them, each of a list of the one before, stand
  ///   for more values than a computer has memory for, and settings have no use for them.
  init(_ text: String) throws {
    self.text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    if Self.hasAliases(self.text.utf8) { throw Aliases() }
  }

  /// The error of a text that has an anchor, such as `&a`, and then its alias, `*a`.
  struct Aliases: Error, CustomStringConvertible {
    var description: String { "anchors and their aliases (&name, *name) are not known here" }
  }

  /// The value that the text is; nil where there is none.
  func node() throws -> Node? { try Yams.compose(yaml: text) }

  /// Decodes a value.
  func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    try YAMLDecoder().decode(type, from: text)
  }

  /// What libyaml takes for the name of an anchor.
  private static let nameBytes = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-".utf8)

  /// Whether a name stands behind `&` and, later, behind `*`. That may also be so within quotes or a comment,
  /// where it means nothing.
  private static func hasAliases(_ bytes: String.UTF8View) -> Bool {
    var anchors: Set<Substring> = []
    var rest = bytes[...]
    while let mark = rest.firstIndex(where: { "&*".utf8.contains($0) }) {
      let sign = rest[mark]
      let name = rest[rest.index(after: mark)...].prefix(while: nameBytes.contains)
      rest = rest[name.endIndex...]
      guard !name.isEmpty else { continue }
      if sign == UInt8(ascii: "&") {
        anchors.insert(Substring(name))
      } else if anchors.contains(Substring(name)) {
        return true
      }
    }
    return false
  }
}
