internal import FoundationEssentials
internal import Platform

/// JSON with keys in the spelling of the metrics: `images_per_second`.
enum JSONText {
  /// `value` on one line.
  static func line(_ value: some Encodable) throws -> String {
    String(decoding: try encoder([.sortedKeys]).encode(value), as: UTF8.self)
  }

  /// `value` for people as well.
  static func pretty(_ value: some Encodable) throws -> String {
    String(
      decoding: try encoder([.sortedKeys, .prettyPrinted]).encode(value), as: UTF8.self) + "\n"
  }

  /// The value on the last line of `text` that looks like an object; nil where there is none.
  static func last<Value: Decodable>(_ type: Value.Type, in text: String) -> Value? {
    text.split(whereSeparator: \.isNewline).last { $0.hasPrefix("{") }
      .flatMap { decoded(type, from: String($0)) }
  }

  /// The value that the whole of `text` is; nil where it is something else.
  static func decoded<Value: Decodable>(_ type: Value.Type, from text: String) -> Value? {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try? decoder.decode(type, from: Data(text.utf8))
  }

  private static func encoder(_ formatting: JSONEncoder.OutputFormatting) -> JSONEncoder {
    JSONEncoder(formatting, keys: .convertToSnakeCase)
  }
}
