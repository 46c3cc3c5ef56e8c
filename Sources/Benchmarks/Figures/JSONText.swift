internal import FoundationEssentials
internal import Platform

/// JSON whose keys are spelled as those of the metrics: `images_per_second`.
package enum JSONText {
  /// `value` on one line.
  package static func line(_ value: some Encodable) throws -> String {
    String(decoding: try encoder([.sortedKeys]).encode(value), as: UTF8.self)
  }

  /// `value` with one member on each line, for files that people read, too; ends with a line's end.
  static func pretty(_ value: some Encodable) throws -> String {
    String(
      decoding: try encoder([.sortedKeys, .prettyPrinted]).encode(value), as: UTF8.self) + "\n"
  }

  /// The value on the last line of `text` that begins an object; nil where there is no such line, or
  /// the line holds something else.
  static func last<Value: Decodable>(_ type: Value.Type, in text: String) -> Value? {
    text.split(whereSeparator: \.isNewline).last { $0.hasPrefix("{") }
      .flatMap { decoded(type, from: String($0)) }
  }

  /// The value that `text` holds; nil where `text` holds something else.
  static func decoded<Value: Decodable>(_ type: Value.Type, from text: String) -> Value? {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try? decoder.decode(type, from: Data(text.utf8))
  }

  private static func encoder(_ formatting: JSONEncoder.OutputFormatting) -> JSONEncoder {
    JSONEncoder(formatting, keys: .convertToSnakeCase)
  }
}
