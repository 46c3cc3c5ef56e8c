extension Collection<Double> {
  /// The middle value by size; the mean of the two middle values if the count of values is even,
  /// and nil if there are none.
  package var median: Double? {
    guard !isEmpty else { return nil }
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
