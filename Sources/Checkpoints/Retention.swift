internal import Engine

/// Which checkpoints stay when a new one is there.
package enum Retention: Equatable, Sendable {
  /// All.
  case all
  /// The newest so many, and the one with the best test loss.
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
  /// A number, or a text.
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    let text = try (try? value.decode(Int.self)).map(String.init) ?? value.decode(String.self)
    guard let retention = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "'\(text)' is no number of checkpoints")
    }
    self = retention
  }

  /// As it is read.
  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    if case .newest(let count) = self { try value.encode(count) } else { try value.encode("all") }
  }
}

extension Retention: SettingValue {}
