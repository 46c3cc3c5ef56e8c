internal import Kernels
internal import Platform

/// A figure that was measured several times: its median and its range.
struct MedianAndRange: Codable, Equatable {
  /// The middle value, or the mean of the two middle ones if the number of values is even.
  let median: Double

  /// The smallest value.
  let smallest: Double

  /// The largest value.
  let largest: Double

  /// All values, in the order in which they were measured.
  let values: [Double]

  /// Half of the distance from the smallest to the largest value, as a fraction of the median; nil
  /// for a single value, and 0 where the median is 0.
  var spread: Double? {
    guard values.count > 1 else { return nil }
    return median == 0 ? 0 : (largest - smallest) / 2 / abs(median)
  }

  /// The median and the range of `values`; nil where there are none.
  init?(_ values: [Double]) {
    guard let median = values.median else { return nil }
    self.median = median
    (smallest, largest) = (values.min() ?? median, values.max() ?? median)
    self.values = values
  }
}
