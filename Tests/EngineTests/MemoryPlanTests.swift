@testable import Engine
import Kernels
import Testing
import VAE

@Suite struct MemoryPlanTests {
  private static let layout = ParameterLayout(ModelConfiguration())

  private func plan(
    _ sizes: [Int], team: Int = 0, member: Int = 0, threads: Int = 1,
    precision: Precision = .fp32, change: (inout JobShape) -> Void = { _ in }
  ) -> MemoryPlan {
    var shape = JobShape()
    change(&shape)
    var recipe = Recipe()
    recipe.precision = precision
    return MemoryPlan(
      Self.layout, recipe, batchCounts: [128, 96],
      job: JobLayout(teamSizes: sizes, team: team, member: member, threads: threads), shape: shape)
  }

  @Test(
    "the parts of a team's memory follow one another, to its end",
    arguments: [
      ([1], ExchangeMode.allReduce), ([3], .allGather), ([1, 1], .allReduce), ([2, 3], .allGather),
    ],
    Precision.allCases)
  func regions(job: (sizes: [Int], mode: ExchangeMode), precision: Precision) {
    let plan = plan(job.sizes, precision: precision) { $0.exchange = job.mode }
    let regions = [plan.replica, plan.activations, plan.report, plan.norms]
    #expect(regions.first?.lowerBound == 0 && regions.last?.upperBound == plan.teamFloats)
    for (region, next) in zip(regions, regions.dropFirst()) {
      #expect(!region.isEmpty && region.upperBound == next.lowerBound)
    }
    // Products read operands from 64 bytes on.
    #expect(plan.activations.lowerBound % 16 == 0)
    #expect(plan.teamBytes == 4 * plan.teamFloats)
  }

  /// 784-400-20-400-784 on one rank with one thread, a batch of 128.
  @Test("the default model takes what its layers, samples and tiles add up to")
  func bytes() {
    // Each layer's matrix with its row of biases, up to a multiple of 32; parameters and two moments.
    let vectors = 3 * (314_016 + 16_064 + 8_416 + 314_400)
    let transposed = 400 * 40 + 20 * 400 + 400 * 784
    // Rows of layer inputs with their ones, and of deltas, up to multiples of 16.
    let samples = 128 * (800 + 416 + 32 + 416 + 400 + 48 + 400 + 784)
    // Two reports of three parts of a sample's loss and two requests; the rank's requests and verdict.
    let report = 2 * (3 * 128 + 2) + 3
    // At most 64 rows a tile.
    let tiles = 13 + 7 + 1 + 7
    let plan = plan([1]) { $0.reserve = MemoryReserve(perRank: 10, onRoot: 20) }
    #expect(plan.replica.count == vectors + transposed)
    #expect(plan.activations.count == samples)
    #expect(plan.teamBytes == 4 * (vectors + transposed + samples + report + tiles))
    // Moments, noise and the latents' gradient of each sample; the largest tile has 58 rows of 784.
    #expect(plan.rankBytes == 4 * (128 * (48 + 32 + 32) + 58 * 784 + 10))
    #expect(plan.rootBytes == 80)
  }

  @Test("each thread has room for the gradient of one tile")
  func threads() {
    #expect(plan([1], threads: 3).rankBytes - plan([1]).rankBytes == 2 * 4 * 58 * 784)
  }

  @Test("gradients that are kept take as much as the parameters, on all ranks of the team together")
  func kept() {
    let parameters = 785 * 400 + 401 * 40 + 21 * 400 + 401 * 784
    var recipe = Recipe()
    recipe.clipGradient = 1
    for (ranks, mode) in [(1, ExchangeMode.allReduce), (3, .allReduce), (2, .allGather)] {
      let sizes = mode == .allGather ? [1, 1] : [ranks]
      let floats = (0..<ranks).reduce(0) { sum, rank in
        var shape = JobShape()
        shape.exchange = mode
        let job = JobLayout(
          teamSizes: sizes, team: mode == .allGather ? rank : 0,
          member: mode == .allGather ? 0 : rank, threads: 2)
        let plan = MemoryPlan(Self.layout, recipe, batchCounts: [128, 96], job: job, shape: shape)
        return sum + plan.exchangePlans[0].floats
      }
      #expect(floats == parameters)
    }
  }

  @Test(
    "a team has room for the samples that it computes over",
    arguments: [
      ([1], 0, ExchangeMode.allReduce, 128), ([2], 0, .allReduce, 128),
      ([1, 1], 0, .allReduce, 64), ([2, 1], 0, .allReduce, 64), ([2, 1], 1, .allReduce, 64),
      ([2, 1], 1, .allGather, 128), ([1, 1], 0, .auto, 128),
    ])
  func capacity(sizes: [Int], team: Int, mode: ExchangeMode, capacity: Int) {
    let plan = plan(sizes, team: team) { $0.exchange = mode }
    #expect(plan.capacity == capacity)
    #expect(plan.activations.count == capacity * (1664 + 1632))
  }

  /// Together the teams receive one message's length of partials from each other team.
  @Test(
    "teams that all-reduce have room for gradients, partials and, in bf16, what is sent of them")
  func exchange() {
    let parameters = Self.layout.parameterCount
    let floats = { (wire: Precision) in
      (0..<2).reduce(0) { sum, team in
        sum
          + plan([1, 1], team: team) { ($0.exchange, $0.wire) = (.allReduce, wire) }
          .exchangePlans[0].floats
      }
    }
    #expect(floats(.fp32) == 3 * parameters)
    #expect(floats(.bf16) - floats(.fp32) - (parameters + parameters / 2 + 2 * parameters) <= 1)
    #expect(floats(.bf16) - floats(.fp32) >= parameters + parameters / 2 + 2 * parameters)
  }

  @Test("exchanges that take turns share the memory of gradients")
  func turns() throws {
    let plan = plan([1, 1]) { $0.exchange = .auto }
    #expect(plan.exchangePlans.count == 3)
    let floats = try #require(plan.exchangePlans.map(\.floats).max())
    #expect(plan.rankBytes == 4 * (plan.ownActivations + floats))
  }
}
