internal import Formats

/// A figure measured several times: its median and how far it strayed.
struct Summary: Codable, Equatable {
  /// The middle value; the mean of the two middle ones of an even number.
  let median: Double

  /// The smallest value.
  let smallest: Double

  /// The largest value.
  let largest: Double

  /// All values, in the order in which they were measured.
  let values: [Double]

  /// Half of the way from the smallest to the largest, as a fraction of the median; nil for one
  /// value, which tells nothing of it.
  var spread: Double? {
    guard values.count > 1 else { return nil }
    return median == 0 ? 0 : (largest - smallest) / 2 / abs(median)
  }

  /// Sums up `values`; nil where there are none.
  init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    median =
      sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    (smallest, largest) = (sorted[0], sorted[sorted.count - 1])
    self.values = values
  }
}

/// Whether the machine was whole while something was measured, and which rounds count.
enum Wholeness {
  /// The part of what its cores reach one by one that a machine must reach with all of them at
  /// once.
  static let threshold = 0.9

  /// Whether `ranks` cores at once reached enough both before and after, where the best that one
  /// core ever reached by itself is `single`.
  static func isWhole(before: Double, after: Double, ranks: Int, single: Double) -> Bool {
    min(before, after) >= threshold * Double(ranks) * single
  }

  /// The rounds that count: those in which the machine was whole, if these are half of all at
  /// least; otherwise all, since a few lucky ones tell less than all.
  static func counted(_ isWhole: [Bool]) -> [Int] {
    let whole = isWhole.indices.filter { isWhole[$0] }
    return whole.count * 2 >= isWhole.count ? whole : Array(isWhole.indices)
  }
}
