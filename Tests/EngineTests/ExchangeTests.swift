@testable import Engine
import Foundation
import Kernels
import Synchronization
import Testing
import VAE

/// Every exchange among teams that are threads of this process: one rank a team, no MPI.
@Suite struct ExchangeTests {
  private static let layout = ParameterLayout(
    ModelConfiguration(pixels: 100, hidden: 20, latent: 2))
  private static let batch = 10

  /// The gradient that the samples at `positions` make of element `index`: whole numbers, whose sums
  /// have no rounding, so that any order of teams and tiles gives the same.
  private static func gradient(_ index: Int, _ positions: Range<Int>) -> Float {
    positions.reduce(0) { $0 + Float((index * 31 + $1 * 7) % 64) }
  }

  /// What a team has in the end.
  private struct Outcome {
    var parameters: [Float] = []
    var updated: [Int] = []
    var adopted: [Int] = []
    var losses = LossSum()
    var requests = StepRequests()
  }

  /// Lets `teams` take `steps` steps, each of which adds the gradient to the parameters. `spoil` is a
  /// team one of whose losses is not a number.
  private static func train(
    _ mode: ExchangeMode, teams: Int, wire: Precision = .fp32, threads: Int = 1, steps: Int = 1,
    spoil: Int? = nil
  ) throws -> [Outcome] {
    let network = LocalNetwork(size: teams)
    let outcomes = Mutex([Result<Outcome, any Error>?](repeating: nil, count: teams))
    let done = DispatchGroup()
    for team in 0..<teams {
      let thread = Foundation.Thread {
        let outcome = Result {
          try Self.run(team, network, mode, wire: wire, threads: threads, steps: steps, spoil)
        }
        outcomes.withLock { $0[team] = outcome }
        done.leave()
      }
      thread.stackSize = 1 << 20
      done.enter()
      thread.start()
    }
    try #require(done.wait(timeout: .now() + 60) == .success, "the teams wait for one another")
    #expect(network.isEmpty)
    return try outcomes.withLock { try $0.map { try $0!.get() } }
  }

  private static func run(
    _ team: Int, _ network: LocalNetwork, _ mode: ExchangeMode, wire: Precision, threads: Int,
    steps: Int, _ spoil: Int?
  ) throws -> Outcome {
    let job = JobLayout(
      teamSizes: Array(repeating: 1, count: network.size), team: team, member: 0,
      threads: threads)
    var shape = JobShape()
    (shape.exchange, shape.wire, shape.threadsPerRank) = (mode, wire, threads)
    let regions = MemoryPlan(
      layout, precision: .fp32, batchSize: batch, job: job, shape: shape)
    let memory = Buffer<Float>(repeating: 0, count: regions.teamCount)
    let own = Buffer<Float>(repeating: 0, count: regions.ownActivations)
    let replica = Replica(layout, memory.vector[regions.replica])
    let report = TeamReport(memory.vector[regions.report], batchSize: batch)
    let site = ExchangeSite(
      layout: layout, job: job, memory: memory.vector, regions: regions,
      activations: Activations(
        layout, capacity: regions.capacity, shared: memory.vector[regions.activations],
        own: own.vector), report: report, batchCounts: [batch])
    let messages =
      network.size > 1 ? LocalMessages(network, rank: team) : Optional<LocalMessages>.none
    let exchange = try shape.makeExchange(site, messages)
    let workers = try Workers(layout, .generic, job: job)
    let mine = job.shard(ofTeam: team).part(of: 0..<batch)
    let held = regions.exchange.holdsWholeBatch ? 0..<batch : mine
    let touched = Mutex((updated: [Int](), adopted: [Int]()))
    for step in 1...steps {
      for position in mine {
        report.found.losses[position, 0] = spoil == team ? .nan : Float(position)
        report.found.losses[position, 1] = Float(step)
      }
      report.request(StepRequests(stop: team == 0, save: team == network.size - 1), place: team)
      workers.begin()
      try exchange.gatherSamples(batch)
      try exchange.forEachTile(of: BatchExtent(count: batch, positions: held), workers) {
        _, tile, sums in
        for (place, index) in tile.range.enumerated() { sums[place] = gradient(index, held) }
      } update: { tile, sums in
        for (place, index) in tile.range.enumerated() {
          replica.parameters[index] += sums[place]
          replica.secondMoment[index] += sums[place]
        }
        touched.withLock { $0.updated.append(tile.number) }
      } adopt: { tile in
        touched.withLock { $0.adopted.append(tile.number) }
      }
      report.summarise(batch)
    }
    try exchange.gatherMoments()
    if spoil == nil {
      // All moments are there, also those that other teams have updated.
      for index in layout.tiles.flatMap({ Array($0.range) }) {
        guard replica.secondMoment[index] == replica.parameters[index] else {
          throw Wrong(what: "moment \(index) of team \(team)")
        }
      }
    }
    try exchange.free()
    let (updated, adopted) = touched.withLock { ($0.updated.sorted(), $0.adopted.sorted()) }
    return Outcome(
      parameters: (0..<layout.count).map { replica.parameters[$0] }, updated: updated,
      adopted: adopted, losses: report.result.sum(0..<batch), requests: report.result.requests)
  }

  private struct Wrong: Error { var what: String }

  /// What each parameter is after `steps` steps on the whole batch; zero in the gaps between layers.
  private static func expected(steps: Int) -> [Float] {
    var parameters = [Float](repeating: 0, count: layout.count)
    for index in layout.tiles.flatMap({ Array($0.range) }) {
      parameters[index] = Float(steps) * gradient(index, 0..<batch)
    }
    return parameters
  }

  @Test(
    "every team has the whole batch's gradient, all losses and everybody's requests",
    arguments: ExchangeMode.allCases, [1, 2, 3, 4, 12])
  func sums(mode: ExchangeMode, teams: Int) throws {
    for outcome in try Self.train(mode, teams: teams, steps: 3) {
      #expect(Self.mistakes(outcome, steps: 3) == 0)
      #expect(outcome.losses.reconstruction == 45 && outcome.losses.divergence == 30)
      #expect(outcome.losses.count == Self.batch)
      #expect(outcome.requests == StepRequests(stop: true, save: true))
    }
  }

  @Test("threads of a rank share its tiles", arguments: ExchangeMode.allCases)
  func threads(mode: ExchangeMode) throws {
    for outcome in try Self.train(mode, teams: 2, threads: 3, steps: 2) {
      #expect(Self.mistakes(outcome, steps: 2) == 0)
    }
  }

  @Test("with all-gather each tile is updated by one team, and adopted by the others")
  func shares() throws {
    let all = Self.layout.tiles.map(\.number)
    let outcomes = try Self.train(.allGather, teams: 3)
    #expect(outcomes.flatMap(\.updated).sorted() == all)
    for outcome in outcomes {
      #expect((outcome.updated + outcome.adopted).sorted() == all)
    }
  }

  @Test("with all-reduce each team updates every tile")
  func repeats() throws {
    for outcome in try Self.train(.allReduce, teams: 3) {
      #expect(outcome.updated == Self.layout.tiles.map(\.number))
      #expect(outcome.adopted.isEmpty)
    }
  }

  @Test(
    "a loss of one team that is not a number keeps every team from updating",
    arguments: ExchangeMode.allCases, [1, 2, 3])
  func notFinite(mode: ExchangeMode, teams: Int) throws {
    for outcome in try Self.train(mode, teams: teams, spoil: teams - 1) {
      #expect(outcome.updated.isEmpty && outcome.adopted.isEmpty)
      #expect(Self.mistakes(outcome, steps: 0) == 0)
      #expect(!outcome.losses.reconstruction.isFinite)
    }
  }

  /// Whole numbers up to 256 are the same in bf16, their sums need not be: each is rounded to 8 bits,
  /// and what is lost comes with the next step, so that the error stays that of one step.
  @Test("gradients rounded to bf16 are near, and errors do not add up", arguments: [2, 3])
  func rounded(teams: Int) throws {
    let steps = 15
    let outcomes = try Self.train(.allReduce, teams: teams, wire: .bf16, steps: steps)
    let (exact, largest) = (Self.expected(steps: steps), Float(64 * Self.batch))
    for outcome in outcomes {
      let isSame = outcome.parameters == outcomes[0].parameters
      #expect(isSame, "the teams differ")
      let error = zip(outcome.parameters, exact).map { abs($0 - $1) }.max()!
      #expect(error > 0 && error <= Float(teams + 1) * largest / 256, "\(error)")
    }
  }

  /// How many parameters are not what the whole batch makes of them.
  private static func mistakes(_ outcome: Outcome, steps: Int) -> Int {
    zip(outcome.parameters, expected(steps: steps)).count { $0 != $1 }
  }
}
