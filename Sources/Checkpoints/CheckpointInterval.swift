internal import Engine

/// When to write checkpoints in addition to those at epochs' ends.
package enum CheckpointInterval: Equatable, Sendable {
  /// Only at epochs' ends.
  case epoch
  /// After every step whose number, counted from the beginning of the run, is a multiple of this number.
  case steps(Int)
  /// When this many seconds have passed since the last checkpoint, by rank zero's clock.
  case seconds(Double)

  /// Reads `epoch`, a count of steps (`100`) or a count of seconds (`30s`, `0.5s`; at least a ten-thousandth,
  /// at most 10⁹); nil where the text is none of these.
  package init?(_ text: String) {
    if text == "epoch" {
      self = .epoch
    } else if let steps = Int(text), steps > 0 {
      self = .steps(steps)
    } else if text.wholeMatch(of: /[0-9]+(\.[0-9]+)?s/) != nil,
      let seconds = Double(text.dropLast()), seconds >= 0.0001, seconds <= 1e9
    {
      self = .seconds(seconds)
    } else {
      return nil
    }
  }

  /// Whether a checkpoint is due after step number `step`; false for an interval in seconds.
  package func isDue(after step: Int) -> Bool {
    guard case .steps(let count) = self else { return false }
    return step.isMultiple(of: count)
  }

  /// Whether a checkpoint is due when `elapsed` has passed since the last; false for an interval in steps.
  package func isDue(after elapsed: Duration) -> Bool {
    guard case .seconds(let seconds) = self else { return false }
    return elapsed >= .seconds(seconds)
  }
}

extension CheckpointInterval: CustomStringConvertible {
  /// The text that reads back as the same.
  package var description: String {
    switch self {
    case .epoch: "epoch"
    case .steps(let count): "\(count)"
    case .seconds(let seconds):
      seconds == seconds.rounded() ? "\(Int(seconds))s" : "\(seconds)s"
    }
  }
}

extension CheckpointInterval: Codable {
  /// Decodes a number of steps, or a text.
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    let text = try (try? value.decode(Int.self)).map(String.init) ?? value.decode(String.self)
    guard let interval = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "'\(text)' is neither steps nor seconds")
    }
    self = interval
  }

  /// Encodes a number of steps as a number, any other interval as its text.
  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    if case .steps(let count) = self {
      try value.encode(count)
    } else {
      try value.encode(description)
    }
  }
}

extension CheckpointInterval: SettingValue {}
