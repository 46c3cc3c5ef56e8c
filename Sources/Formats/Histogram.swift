/// Counts of numbers by the bin that they fall into, and the numbers' extremes, sum and sum of
/// squares.
///
/// Between two bounds all bins have the same width; one more bin on either side counts the numbers
/// outside.
package struct Histogram: Sendable, Equatable {
  /// The limits between bins, ascending: bin i ends at `bounds[i]`. The first bin has no beginning,
  /// and the last has no end.
  package let bounds: [Double]

  /// How many numbers fell into each bin.
  package private(set) var counts: [Int]

  /// The least number; ∞ if there is none.
  package private(set) var minimum = Double.infinity
  /// The greatest number; −∞ if there is none.
  package private(set) var maximum = -Double.infinity
  /// The numbers' sum.
  package private(set) var sum = 0.0
  /// The sum of the numbers' squares.
  package private(set) var sumOfSquares = 0.0

  private let lower: Float
  private let perUnit: Float

  /// `bins` bins of equal width in `range`, and one on either side.
  package init(_ range: ClosedRange<Float>, bins: Int) {
    precondition(bins > 0 && range.lowerBound < range.upperBound, "no bins in \(range)")
    lower = range.lowerBound
    perUnit = Float(bins) / (range.upperBound - range.lowerBound)
    let (lower, width) = (Double(lower), 1 / Double(perUnit))
    bounds = (0...bins).map { lower + Double($0) * width }
    counts = [Int](repeating: 0, count: bins + 2)
  }

  /// Counts all of `values`, which must be finite.
  package mutating func add(_ values: Span<Float>) {
    let last = Float(counts.count - 1)
    for index in values.indices {
      let value = values[index]
      counts[Int(max(0, min(((value - lower) * perUnit).rounded(.down) + 1, last)))] += 1
      minimum = min(minimum, Double(value))
      maximum = max(maximum, Double(value))
      sum += Double(value)
      sumOfSquares += Double(value) * Double(value)
    }
  }
}
