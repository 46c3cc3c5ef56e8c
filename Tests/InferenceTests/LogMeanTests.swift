@testable import Inference
import Testing

/// Means of importance weights, their errors, and how samples are grouped.
@Suite struct LogMeanTests {
  private func weights(_ logarithms: [Double]) -> LogMean {
    var weights = LogMean()
    for logarithm in logarithms { weights.add(logarithm) }
    return weights
  }

  /// Weights 1 to 4 have the mean 2.5 and the variance 5/3.
  @Test(
    "the mean's logarithm and its error, whatever the order and the scale",
    arguments: [0, 1000, -1000, 1e6, -1e6])
  func closedForm(shift: Double) {
    for order in [[1, 2, 3, 4], [4, 3, 2, 1], [2, 4, 1, 3]] as [[Double]] {
      let found = weights(order.map { logarithms[$0]! + shift })
      #expect(abs(found.value - shift - 0.9162907318741551) < 1e-9)
      #expect(abs(found.samplingError - 0.25819888974716115) < 1e-9)
    }
  }

  private let logarithms: [Double: Double] = [
    1: 0, 2: 0.6931471805599453, 3: 1.0986122886681098, 4: 1.3862943611198906,
  ]

  @Test("one weight is its own mean, and has no error that could be known")
  func one() {
    #expect(weights([-104.25]).value == -104.25)
    #expect(weights([-104.25]).samplingError.isNaN)
    #expect(weights([-104.25, -104.25, -104.25]).samplingError == 0)
  }

  @Test("a weight of zero counts, and what is no number is told")
  func zero() {
    #expect(abs(weights([-.infinity, 0]).value + 0.6931471805599453) < 1e-15)
    #expect(weights([-.infinity, -.infinity]).value == -.infinity)
    #expect(weights([0, .nan]).value.isNaN)
  }

  @Test("an estimate's errors, by their definitions")
  func estimate() throws {
    var estimate = LikelihoodEstimate()
    #expect(estimate.mean == nil && estimate.standardError == nil)
    for bound: Float in [-90, -100, -110, -120] { estimate.add(bound, error: 0.5) }
    #expect(estimate.mean == -105)
    // The standard deviation is √(500 / 3).
    #expect(abs(try #require(estimate.standardError) - 6.454972243679028) < 1e-12)
    #expect(estimate.samplingError == 0.25)
    let sent = LikelihoodEstimate(estimate.numbers)
    #expect(sent.images == 4 && sent.standardError == estimate.standardError)
    estimate.add(-100, error: .nan)
    #expect(estimate.samplingError == nil)
  }

  @Test(
    "samples fill the rows of a chunk, and none is left out",
    arguments: [1, 2, 3, 7, 50, 64, 100, 127, 128, 129, 1000, 2048, 5000, 100_003])
  func groups(samples: Int) {
    let plan = SampleGroups(samples)
    #expect(plan.images >= 1 && plan.images * plan.width <= Workspace.capacity)
    #expect(plan.groups.flatMap { Array($0) } == Array(0..<samples))
    #expect(plan.groups.allSatisfy { $0.count <= plan.width })
    // No more passes than full rows would take, and one more.
    let rows = plan.images * plan.groups.count * plan.width
    #expect(rows < plan.images * samples + Workspace.capacity)
  }

  @Test("a latent is active where its code varies, whatever its mean")
  func active() {
    var units = ActiveUnits(latent: 4)
    // Variances, with n: 0, 0.25, 0.0025, 0.04; the last is far from zero.
    for codes: [Float] in [[3, 0, 0, 1000], [3, 1, 0.1, 1000.4]] { units.add(codes.span) }
    #expect(units.active == [1, 3])
    for (found, expected) in zip(units.variances, [0, 0.25, 0.0025, 0.04]) {
      #expect(abs(found - expected) < 1e-4)
    }
  }
}
