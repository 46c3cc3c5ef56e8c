@testable import Engine
internal import Kernels
import Testing
internal import VAE

/// Every exchange, among teams that are threads of this process.
@Suite struct ExchangeTests {
  private static let all = LocalTeams.layout.tiles.map(\.number)

  /// Teams of one rank, of several, and of different numbers of ranks, some of which are in no lane.
  @Test(
    "every team has the whole batch's gradient, all losses and everybody's requests",
    arguments: [ExchangeMode.allReduce, .allGather],
    [
      [1], [3], [1, 1], [1, 1, 1, 1], [2, 2], [2, 3], [3, 1, 2], [Int](repeating: 1, count: 12),
    ])
  func sums(mode: ExchangeMode, sizes: [Int]) throws {
    let outcomes = try LocalTeams.ways(sizes, mode).indices.flatMap {
      try LocalTeams(sizes: sizes, mode: mode, way: $0, steps: 3).train()
    }
    for outcome in outcomes {
      #expect(outcome.mistakes(steps: 3) == 0)
      let positions = Double(LocalTeams.batch)
      #expect(outcome.losses.reconstruction == positions * (positions - 1) / 2)
      #expect(outcome.losses.divergence == 3 * positions)
      #expect(outcome.losses.count == LocalTeams.batch)
      #expect(outcome.requests == StepRequests(stop: true, save: true))
    }
  }

  @Test(
    "threads of a rank share its tiles", arguments: [ExchangeMode.allReduce, .allGather],
    [[1, 1], [2, 1]])
  func threads(mode: ExchangeMode, sizes: [Int]) throws {
    for outcome in try LocalTeams(sizes: sizes, mode: mode, threads: 3, steps: 2).train() {
      #expect(outcome.mistakes(steps: 2) == 0)
    }
  }

  /// Each team then computes one factor from the same numbers.
  @Test(
    "where gradients are kept, every team knows the norms of all tiles before any update",
    arguments: [ExchangeMode.allReduce, .allGather],
    [
      ([1], 1), ([1], 3), ([3], 1), ([1, 1], 1), ([2, 2], 3), ([2, 3], 1), ([3, 1, 2], 2),
    ])
  func kept(mode: ExchangeMode, job: (sizes: [Int], threads: Int)) throws {
    let outcomes = try LocalTeams.ways(job.sizes, mode).indices.flatMap {
      try LocalTeams(
        sizes: job.sizes, mode: mode, way: $0, threads: job.threads, steps: 3, keepsGradients: true
      ).train()
    }
    for outcome in outcomes {
      #expect(outcome.mistakes(steps: 3) == 0)
      #expect(outcome.losses.count == LocalTeams.batch)
      #expect(outcome.norms.count == LocalTeams.expectedNorms.count)
      for (norm, expected) in zip(outcome.norms, LocalTeams.expectedNorms) {
        #expect(abs(norm / expected - 1) < 1e-6)
      }
    }
  }

  @Test(
    "a loss that is not a number keeps every team from updating with gradients that were kept",
    arguments: [ExchangeMode.allReduce, .allGather], [[1], [1, 1], [2, 3]])
  func keptNotFinite(mode: ExchangeMode, sizes: [Int]) throws {
    let teams = LocalTeams(
      sizes: sizes, mode: mode, spoiled: sizes.count - 1, keepsGradients: true)
    for outcome in try teams.train() {
      #expect(outcome.updated.isEmpty && outcome.adopted.isEmpty)
      #expect(outcome.mistakes(steps: 0) == 0)
    }
  }

  @Test(
    "with all-gather each tile is updated by one team, and adopted by the others",
    arguments: [[1, 1, 1], [2, 3]])
  func shares(sizes: [Int]) throws {
    let outcomes = try LocalTeams(sizes: sizes, mode: .allGather).train()
    #expect(outcomes.flatMap(\.updated).sorted() == Self.all)
    for outcome in outcomes {
      #expect((outcome.updated + outcome.adopted).sorted() == Self.all)
    }
  }

  @Test("with all-reduce each team updates every tile", arguments: [[1, 1, 1], [2, 3]])
  func repeats(sizes: [Int]) throws {
    for outcome in try LocalTeams(sizes: sizes).train() {
      #expect(outcome.updated == Self.all)
      #expect(outcome.adopted.isEmpty)
    }
  }

  @Test(
    "a loss of one team that is not a number keeps every team from updating",
    arguments: [ExchangeMode.allReduce, .allGather], [[1], [1, 1], [1, 1, 1], [2, 3]])
  func notFinite(mode: ExchangeMode, sizes: [Int]) throws {
    for outcome in try LocalTeams(sizes: sizes, mode: mode, spoiled: sizes.count - 1).train() {
      #expect(outcome.updated.isEmpty && outcome.adopted.isEmpty)
      #expect(outcome.mistakes(steps: 0) == 0)
      #expect(!outcome.losses.reconstruction.isFinite)
    }
  }

  /// Whole numbers up to 256 are the same in bf16, their sums need not be: each is rounded to 8 bits,
  /// and what is lost comes with the next step, so that the error stays that of one step.
  @Test("gradients rounded to bf16 are near, and errors do not add up", arguments: [2, 3])
  func rounded(teams: Int) throws {
    let steps = 15
    let outcomes = try LocalTeams(
      sizes: [Int](repeating: 1, count: teams), wire: .bf16, steps: steps
    ).train()
    let (exact, largest) = (LocalTeams.expected(steps: steps), Float(64 * LocalTeams.batch))
    for outcome in outcomes {
      let isSame = outcome.parameters == outcomes[0].parameters
      #expect(isSame, "the teams differ")
      let error = zip(outcome.parameters, exact).map { abs($0 - $1) }.max()!
      #expect(error > 0 && error <= Float(teams + 1) * largest / 256, "\(error)")
    }
  }
}
