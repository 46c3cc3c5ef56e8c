import Formats
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
}
