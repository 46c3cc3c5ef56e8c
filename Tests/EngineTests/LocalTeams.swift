@testable import Engine
import Foundation
import Kernels
import Synchronization
import Testing
import VAE

/// Teams whose ranks are threads of this process, without MPI. Each step adds the gradient to the
/// parameters.
struct LocalTeams {
  static let layout = ParameterLayout(ModelConfiguration(pixels: 100, hidden: 20, latent: 2))

  /// Eleven parts and a half of the tree in whose order positions are added.
  static let batch = 730

  /// The number of ranks of each team.
  var sizes: [Int]
  var mode = ExchangeMode.allReduce
  /// Which of the ways that would take turns.
  var way = 0
  var wire = Precision.fp32
  /// The threads of each rank.
  var threads = 1
  var steps = 1
  /// The team one of whose losses is not a number.
  var spoiled: Int?
  /// Whether gradients are kept until the norms of all tiles are known.
  var keepsGradients = false

  /// The ways among which teams of such sizes choose in this mode.
  static func ways(_ sizes: [Int], _ mode: ExchangeMode) -> [ExchangeWay] {
    let job = JobLayout(teamSizes: sizes, team: 0, member: 0, threads: 1)
    return ExchangeChoice(
      mode, ExchangeTask(job: job, layout: layout, batchCounts: [batch])
    ).ways
  }

  /// The gradient that the samples at `positions` make of element `index`: whole numbers, whose sums
  /// have no rounding, so that any order of teams and tiles gives the same.
  static func gradient(_ index: Int, _ positions: Range<Int>) -> Float {
    let sums = sums[index % sums.count]
    return Float(sums[positions.upperBound] - sums[positions.lowerBound])
  }

  /// For 64 kinds of elements, what the samples before each position make of it.
  private static let sums = (0..<64).map { kind in
    (0..<batch).reduce(into: [0]) { $0.append($0.last! + (kind * 31 + $1 * 7) % 64) }
  }

  /// What each parameter is after `steps` steps on the whole batch; zero in the gaps between layers.
  static func expected(steps: Int) -> [Float] {
    var parameters = [Float](repeating: 0, count: layout.count)
    for index in layout.tiles.flatMap({ Array($0.range) }) {
      parameters[index] = Float(steps) * gradient(index, 0..<batch)
    }
    return parameters
  }

  /// The norm of each tile's gradient over the whole batch.
  static var expectedNorms: [Float] {
    layout.tiles.map { tile in
      let squares = tile.range.reduce(0.0) { $0 + pow(Double(gradient($1, 0..<batch)), 2) }
      return Float(squares.squareRoot())
    }
  }

  /// What a team has in the end.
  struct Outcome: Sendable {
    var parameters: [Float] = []
    /// The tiles that the team's ranks have updated, and those that they were told of.
    var updated: [Int] = []
    var adopted: [Int] = []
    var losses = LossSum()
    var requests = StepRequests()
    /// What each lane's rank sent and received.
    var traffic: [LocalNetwork.Traffic] = []
    /// The norms that the team has, its own and, where gradients were kept, those of other teams.
    var norms: [Float] = []

    /// How many parameters are not what `steps` steps on the whole batch make of them.
    func mistakes(steps: Int) -> Int {
      zip(parameters, LocalTeams.expected(steps: steps)).count { $0 != $1 }
    }
  }

  /// Lets all ranks train. Gives what each team has in the end.
  func train() throws -> [Outcome] {
    // One network a lane, as each lane has a communicator.
    let lanes = (0..<(sizes.min() ?? 0)).map { _ in LocalNetwork(size: sizes.count) }
    let failures = Mutex([any Error]())
    let done = DispatchGroup()
    let teams = sizes.indices.map { team in
      LocalTeam(
        layout(team: team, member: 0), mode: mode, way: way, wire: wire,
        keepsGradients: keepsGradients)
    }
    for (team, size) in sizes.enumerated() {
      for member in 0..<size {
        let thread = Foundation.Thread { [self] in
          do {
            try LocalRank(
              layout(team: team, member: member), teams[team],
              lanes.indices.contains(member) ? lanes[member] : nil
            ).train(steps: steps, spoiled: spoiled == team)
          } catch {
            failures.withLock { $0.append(error) }
          }
          done.leave()
        }
        thread.stackSize = 1 << 20
        done.enter()
        thread.start()
      }
    }
    try #require(done.wait(timeout: .now() + 60) == .success, "the ranks wait for one another")
    if let failure = failures.withLock({ $0.first }) { throw failure }
    let isAllReceived = lanes.allSatisfy { $0.isEmpty }
    #expect(isAllReceived, "a message was sent and not received")
    return teams.enumerated().map { number, team in
      var outcome = team.outcome
      outcome.traffic = lanes.map { $0.traffic[number] }
      return outcome
    }
  }

  private func layout(team: Int, member: Int) -> JobLayout {
    JobLayout(teamSizes: sizes, team: team, member: member, threads: threads)
  }
}
