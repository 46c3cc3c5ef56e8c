import Formats
import Foundation
@testable import Inference
import Testing

/// Sums over images and draws, which sessions take one at a time.
@Suite struct LatentStatisticsTests {
  @Test("an image's means and its draw are counted apart")
  func histograms() {
    var histograms = LatentHistograms(latent: 3)
    histograms.add([-4, 0, 4, 1, 1, 9].span)
    histograms.add([-4, -4, 4, 1, 1, 9].span)
    #expect(histograms.means.counts.reduce(0, +) == 6)
    #expect((histograms.means.minimum, histograms.means.maximum) == (-4, 4))
    #expect(histograms.means.sum == -4)
    #expect(histograms.samples.counts.reduce(0, +) == 6)
    #expect((histograms.samples.minimum, histograms.samples.maximum) == (1, 9))
    #expect(histograms.samples.sum == 22)
    // 80 bins from -5 to 5, and one beyond each end.
    #expect(histograms.samples.counts.last == 2 && histograms.samples.counts.count == 82)
  }

  @Test("of many dimensions the first 64 are counted", arguments: [(64, 64), (65, 64), (1, 1)])
  func most(latent: Int, dimensions: Int) {
    #expect(LatentHistograms(latent: latent).dimensions == dimensions)
  }

  /// log((e^a + e^b) / 2), whatever is added to all exponents.
  @Test(
    "a mean of exponentials does not overflow, in any order",
    arguments: [0, 700, -700, 1e6, -1e6])
  func logMean(shift: Double) {
    let expected = log(([0, 1, 2, 3] as [Double]).reduce(0) { $0 + exp($1) } / 4)
    for exponents in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] as [[Double]] {
      var mean = LogMean()
      for exponent in exponents { mean.add(exponent + shift) }
      #expect(abs(mean.value - shift - expected) < 1e-9)
    }
    var one = LogMean()
    one.add(shift)
    #expect(one.value == shift)
  }

  @Test("a draw that weighs nothing lowers the mean by its share alone")
  func weightless() {
    var mean = LogMean()
    for exponent in [-1000, 0, -1000, -1000] as [Double] { mean.add(exponent) }
    #expect(abs(mean.value + log(4)) < 1e-12)
  }
}
