@testable import Benchmarks
import Testing
import VAE
import Engine

@Suite struct CostModelTests {
  private let configuration = ModelConfiguration()
  private let model = CostModel(
    sample: .init(slope: 1e-5, offset: 1e-4), gradient: .init(slope: 1e-11, offset: 1e-9),
    synchronisation: 0.5, configuration: ModelConfiguration())

  /// y = 3 x + 2, and a constant where a slope would be negative.
  @Test("a line through points that lie on one")
  func line() throws {
    let line = try #require(CostModel.Line(fitting: [1.0, 2, 10].map { ($0, 3 * $0 + 2) }))
    #expect(abs(line.slope - 3) < 1e-9 && abs(line.offset - 2) < 1e-9)
    #expect(CostModel.Line(fitting: [(1, 2), (1, 3)]) == nil)
    #expect(CostModel.Line(fitting: []) == nil)
    let proportional = try #require(CostModel.Line(fitting: [(1, 1), (2, 3)]))
    #expect(proportional.offset == 0 && proportional.slope > 0)
    let constant = try #require(CostModel.Line(fitting: [(1, 3), (2, 3 - 1e-3)]))
    #expect(constant.slope == 0)
  }

  /// One node of one rank has all samples and all parameters, and nobody to wait for.
  @Test("what the terms mean")
  func terms() {
    let count = Double(ParameterLayout(configuration).parameterCount)
    let network = CostModel.Network(bandwidth: 1e9, latency: 1e-4, overhead: 1e-6)
    let alone = model.step(ranks: 1, nodes: 1, batchSize: 128, over: network)
    #expect(abs(alone.samples - (128e-5 + 1e-4)) < 1e-12)
    #expect(abs(alone.gradients - count * 128e-11) < 1e-12)
    #expect(abs(alone.update - count * 1e-9) < 1e-12)
    #expect(alone.synchronisation + alone.latency + alone.bytes == 0)
    #expect(alone.way == .alone && alone.messages == 0)
    let two = model.step(ranks: 2, nodes: 1, batchSize: 128, over: network)
    #expect(abs(two.samples - (64e-5 + 1e-4)) < 1e-12)
    #expect(abs(two.synchronisation - 0.5 * (two.samples + two.gradients + two.update)) < 1e-12)
  }

  /// Four nodes: 3/2 of the gradient's bytes, of which the products of all buckets but the first hide as
  /// much as they can.
  @Test("an all-reduce hides what it can")
  func hidden() {
    let count = Double(ParameterLayout(configuration).parameterCount)
    func step(_ bandwidth: Double, overhead: Double = 0) -> CostModel.Step {
      model.step(
        ranks: 1, nodes: 4, batchSize: 4096,
        over: .init(bandwidth: bandwidth, latency: 1e-4, overhead: overhead))
    }
    let bytes = 1.5 * 4 * count + 3 * 3072 * 4
    let fast = step(1e9)
    #expect(fast.way == .allReduce(buckets: 12) && abs(fast.latency - 2e-4) < 1e-12)
    // The last bucket is about a twelfth.
    #expect(abs(fast.bytes - bytes / 1e9 / 12) < 0.3 * bytes / 1e9 / 12)
    let slow = step(1e7)
    #expect(abs(slow.bytes - (bytes / 1e7 - fast.gradients * 11 / 12)) < 1e-3)
    // Messages that cost a lot: fewer buckets, each of which is three messages out and three in, twice.
    let dear = step(1e9, overhead: 1e-3)
    #expect(dear.way == .allReduce(buckets: 4) && dear.messages > 4 * 12e-3)
  }

  /// An all-gather hides nothing, and sums over the whole batch.
  @Test("small batches are gathered")
  func gathered() {
    let step = model.step(
      ranks: 1, nodes: 2, batchSize: 64, over: .init(bandwidth: 1e9, latency: 0, overhead: 0))
    let layout = ParameterLayout(configuration)
    let half = Double(layout.parameterCount) / 2
    #expect(step.way == .allGather)
    #expect(abs(step.gradients - half * 64e-11) < 0.02 * half * 64e-11)
    #expect(abs(step.bytes - 4 * (half + 32 * 2499) / 1e9) < 0.02 * step.bytes)
  }

  /// Observations that a model predicts give that model back.
  @Test("a fit finds the model behind its observations")
  func fit() throws {
    let model = CostModel(
      sample: .init(slope: 2.5e-5, offset: 5e-5), gradient: .init(slope: 2e-11, offset: 3e-10),
      synchronisation: 0.04, configuration: configuration)
    // Even numbers are shared evenly; tiles are not, which the mean of ranks does not show.
    let count = Double(ParameterLayout(configuration).parameterCount)
    let observations = [1, 2].flatMap { ranks in
      [120, 480, 1920].map { batchSize in
        let step = model.step(
          ranks: ranks, nodes: 1, batchSize: batchSize,
          over: .init(bandwidth: 1, latency: 0, overhead: 0))
        return CostModel.Observation(
          ranks: ranks, batchSize: batchSize, samples: step.samples,
          gradients: count / Double(ranks) * (2e-11 * Double(batchSize) + 3e-10),
          step: step.total)
      }
    }
    let fitted = try #require(CostModel(observations, configuration))
    for (found, expected) in [
      (fitted.sample.slope, 2.5e-5), (fitted.sample.offset, 5e-5),
      (fitted.gradient.slope, 2e-11), (fitted.gradient.offset, 3e-10),
      (fitted.synchronisation, 0.04),
    ] {
      #expect(abs(found / expected - 1) < 1e-6, "\(found) \(expected)")
    }
    #expect(CostModel([observations[0]], configuration) == nil)
  }
}
