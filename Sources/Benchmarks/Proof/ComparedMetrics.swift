internal import FoundationEssentials

/// The rows of a run's `metrics.jsonl`, without the members that may differ: times, rates and
/// ranks.
struct ComparedMetrics: Equatable {
  private let rows: [[String: Value]]

  /// A member's value: a text, a number or a list of numbers.
  private enum Value: Decodable, Equatable {
    case text(String)
    case number(Double)
    case numbers([Double])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else if let numbers = try? container.decode([Double].self) {
        self = .numbers(numbers)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
  }

  private static let leftOut = ["seconds", "images_per_second", "ranks", "waiting_seconds"]

  /// Reads the text of the file; nil where the text is empty or a line is no row.
  init?(_ text: String) {
    let lines = text.split(separator: "\n")
    rows = lines.compactMap { line in
      (try? JSONDecoder().decode([String: Value].self, from: Data(line.utf8)))?
        .filter { !Self.leftOut.contains($0.key) }
    }
    guard rows.count == lines.count, !rows.isEmpty else { return nil }
  }

  /// The step of the first row that differs from the row of `other` at the same index, or that only one
  /// of the two has; 0 where that row tells no step that can be, nil where all rows are equal.
  func firstDifference(from other: ComparedMetrics) -> Int? {
    guard rows != other.rows else { return nil }
    let index = zip(rows, other.rows).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let place = index ?? min(rows.count, other.rows.count)
    let row = place < rows.count ? rows[place] : other.rows[place]
    guard case .number(let step)? = row["step"] else { return 0 }
    return Int(exactly: step) ?? 0
  }
}
