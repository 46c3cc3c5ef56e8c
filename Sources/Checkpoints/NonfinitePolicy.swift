internal import Engine

/// What a run does where a loss is not finite or beyond the limit, a parameter is not finite, or replicas
/// disagree.
package enum NonfinitePolicy: Equatable, Sendable {
  /// It ends.
  case stop
  /// A step whose loss is at fault is not taken and its batch passed over, at most so many times in a row.
  case skip(Int)
  /// The run goes back to its last checkpoint, at most so many times in a job, and ends where that did not
  /// help: the same step fails again. A processor or a memory that has erred may be right the next time; data
  /// and recipes are not.
  case rollback(Int)

  /// How often, where no number is given.
  private static let (fewSkips, fewRollbacks) = (10, 3)

  /// Reads `stop`, `skip`, `skip:10`, `rollback` or `rollback:3`; nil where the text is none of these.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let number = parts.count == 2 ? Int(parts[1]) : nil
    guard parts.count == 1 || parts.count == 2 && number ?? 0 > 0 else { return nil }
    switch parts[0] {
    case "stop" where parts.count == 1: self = .stop
    case "skip": self = .skip(number ?? Self.fewSkips)
    case "rollback": self = .rollback(number ?? Self.fewRollbacks)
    default: return nil
    }
  }
}

extension NonfinitePolicy: CustomStringConvertible {
  /// The text that reads back as the same.
  package var description: String {
    switch self {
    case .stop: "stop"
    case .skip(let count): "skip:\(count)"
    case .rollback(let count): "rollback:\(count)"
    }
  }
}

extension NonfinitePolicy: Codable {
  /// Decodes a text.
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    let text = try value.decode(String.self)
    guard let policy = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "'\(text)' is neither stop, skip nor rollback")
    }
    self = policy
  }

  /// Encodes the text.
  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(description)
  }
}

extension NonfinitePolicy: SettingValue {}
