/// The name of a value that a run or a command is given, as files have it: `learning-rate`.
///
/// Sentences of a library refer to settings by their names; a program words them as its users know
/// them, as `--learning-rate`.
package struct SettingName: Hashable, Sendable {
  /// Words with hyphens between them.
  package let text: String

  /// The setting called `text`.
  package init(_ text: String) { self.text = text }
}

extension SettingName: ExpressibleByStringLiteral {
  /// The setting of that name.
  package init(stringLiteral text: String) { self.init(text) }
}

extension SettingName: CustomStringConvertible {
  /// The name.
  package var description: String { text }
}

extension SettingName: Comparable {
  /// Whether the first name comes before the second in a sorted list.
  package static func < (first: SettingName, second: SettingName) -> Bool {
    first.text < second.text
  }
}

extension SettingName: Codable {
  /// Reads a text.
  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  /// Writes a text.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension SettingName: CodingKey {
  /// The key in a file.
  package var stringValue: String { text }

  /// None: settings have no numbers.
  package var intValue: Int? { nil }

  /// The setting with this key.
  package init(stringValue: String) { self.init(stringValue) }

  /// None.
  package init?(intValue: Int) { nil }
}
