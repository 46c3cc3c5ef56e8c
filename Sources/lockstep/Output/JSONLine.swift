internal import FoundationEssentials
internal import Platform

/// A line of `--log-format json`: the members of a row and the time at which the line is made, as one
/// object.
struct JSONLine<Row: Encodable>: Encodable {
  private let row: Row
  private let time = Date.now.ISO8601Format(
    .iso8601WithTimeZone(includingFractionalSeconds: true))

  /// A line with the members of `row`.
  init(_ row: Row) { self.row = row }

  /// The JSON, without the line's end.
  var text: String {
    let encoder = JSONEncoder([.sortedKeys, .withoutEscapingSlashes])
    // Strings and finite numbers, as all rows are, can be encoded.
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  private enum CodingKeys: String, CodingKey { case time }

  func encode(to encoder: any Encoder) throws {
    try row.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(time, forKey: .time)
  }
}

/// The row of a sentence.
struct SentenceRow: Encodable {
  private let kind = "message"
  let message: String
}
