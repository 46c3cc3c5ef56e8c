import Formats
import Testing

@Suite struct HistogramTests {
  @Test("numbers fall into the bin that they are in")
  func bins() {
    var histogram = Histogram(-1...1, bins: 4)
    #expect(histogram.bounds == [-1, -0.5, 0, 0.5, 1])
    let values: [Float] = [-7, -1, -0.6, -0.5, 0, 0.25, 0.99, 1, 40]
    histogram.add(values.span)
    #expect(histogram.counts == [1, 2, 1, 2, 1, 2])
    #expect(histogram.minimum == -7 && histogram.maximum == 40)
    #expect(abs(histogram.sum - 33.14) < 1e-5)
    #expect(abs(histogram.sumOfSquares - 1652.6526) < 1e-3)
  }

  /// A run that diverges must end with its own sentence, not here.
  @Test("numbers that are none do no harm", arguments: [Float.nan, .infinity, -.infinity])
  func strange(value: Float) {
    var histogram = Histogram(0...1, bins: 2)
    histogram.add([value, 0.75].span)
    #expect(histogram.counts.reduce(0, +) == 2)
  }
}
