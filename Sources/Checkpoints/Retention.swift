internal import Engine

/// Which checkpoints stay after a new one has been written.
package enum Retention: Equatable, Sendable {
  /// All checkpoints.
  case all
  /// This many of the newest checkpoints, and the best one.
  case newest(Int)

  /// Reads `all` or a number; nil where the text is neither.
  package init?(_ text: String) {
    if text == "all" {
      self = .all
    } else if let count = Int(text), count > 0 {
      self = .newest(count)
    } else {
      return nil
    }
  }
}

extension Retention: CustomStringConvertible {
  /// The text that reads back as the same.
  package var description: String {
    switch self {
    case .all: "all"
    case .newest(let count): "\(count)"
    }
  }
}

extension Retention: Codable {
  /// Decodes a number, or a text.
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    let text = try (try? value.decode(Int.self)).map(String.init) ?? value.decode(String.self)
    guard let retention = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "'\(text)' is no number of checkpoints")
    }
    self = retention
  }

  /// Encodes a number, or the text `all`.
  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    if case .newest(let count) = self { try value.encode(count) } else { try value.encode("all") }
  }
}

extension Retention: SettingValue {}
