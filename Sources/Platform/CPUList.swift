/// Processors by their numbers, as the kernel lists them: `0-2,5` means four processors.
///
/// cpuset(7), "Formats", "List format".
package struct CPUList: Equatable, Hashable, Sendable {
  /// The numbers, in ascending order.
  package let numbers: [Int]

  /// The number of processors.
  package var count: Int { numbers.count }

  /// The processors of `numbers`, in any order.
  package init(_ numbers: some Sequence<Int>) { self.numbers = Set(numbers).sorted() }

  /// Reads the kernel's format; nil if `text` does not have it. An empty text is an empty list.
  /// White space around numbers is passed over.
  package init?(parsing text: some StringProtocol) {
    let text = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    var numbers: [Int] = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
        0 <= first, first <= last, last < 1 << 20
      else { return nil }
      numbers += first...last
    }
    self.init(numbers)
  }

  /// The processors that are in both lists.
  package func intersection(_ other: CPUList) -> CPUList {
    CPUList(Set(numbers).intersection(other.numbers))
  }
}

extension CPUList: CustomStringConvertible {
  /// The list in the kernel's format.
  package var description: String {
    var runs: [ClosedRange<Int>] = []
    for number in numbers {
      if let run = runs.last, run.upperBound + 1 == number {
        runs[runs.count - 1] = run.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}

extension CPUList: Codable {
  /// Reads the kernel's format.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let list = CPUList(parsing: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no list of CPUs")
    }
    self = list
  }

  /// Writes the kernel's format.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
