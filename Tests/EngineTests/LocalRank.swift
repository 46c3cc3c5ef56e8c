@testable import Engine
import Foundation
import Kernels
import Synchronization
import Testing
import VAE

/// The memory that the ranks of a team share, and their barrier.
///
/// `@unchecked Sendable` is sound as far as the exchange is right, which is what is tested.
final class LocalTeam: @unchecked Sendable {
  let shape: JobShape
  let recipe: Recipe
  let memoryPlan: MemoryPlan
  let memory: Buffer<Float>
  let replica: Replica
  let report: TeamReport
  let norm: GradientNorm
  /// The number of the way in which the teams exchange.
  let way: Int
  let touched = Mutex((updated: [Int](), adopted: [Int]()))
  private let size: Int
  private let arrivals = Atomic(0)

  init(
    _ job: JobLayout, mode: ExchangeMode, way: Int, wire: Precision, keepsGradients: Bool
  ) {
    self.way = way
    var shape = JobShape()
    (shape.exchange, shape.wire, shape.threadsPerRank) = (mode, wire, job.threads)
    self.shape = shape
    var recipe = Recipe()
    if keepsGradients { recipe.clipGradient = 1 }
    self.recipe = recipe
    memoryPlan = MemoryPlan(
      LocalTeams.layout, recipe, batchCounts: [LocalTeams.batch], job: job, shape: shape)
    memory = Buffer<Float>(repeating: 0, count: memoryPlan.teamFloats)
    replica = Replica(LocalTeams.layout, memory.vector[memoryPlan.replica])
    report = TeamReport(memory.vector[memoryPlan.report], batchSize: LocalTeams.batch)
    norm = GradientNorm(memory.vector[memoryPlan.norms])
    size = job.teams[job.team].count
  }

  /// Waits until all ranks of the team have called this as often.
  func barrier() {
    let arrived = arrivals.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue
    let all = (arrived + size - 1) / size * size
    while arrivals.load(ordering: .acquiring) < all { sched_yield() }
  }

  var outcome: LocalTeams.Outcome {
    let (updated, adopted) = touched.withLock { ($0.updated.sorted(), $0.adopted.sorted()) }
    return LocalTeams.Outcome(
      parameters: (0..<LocalTeams.layout.count).map { replica.parameters[$0] }, updated: updated,
      adopted: adopted, losses: report.result.sum(0..<LocalTeams.batch),
      requests: report.result.requests,
      norms: memoryPlan.norms.map { memory.vector[$0] })
  }
}

/// One rank of a team.
final class LocalRank {
  private let job: JobLayout
  private let team: LocalTeam
  private let plan: ExchangePlan
  private let exchange: any Exchange
  private let workers: Workers
  private let own: Buffer<Float>
  private let gradients: Buffer<Float>

  /// `lane` is the network of the rank's lane; nil where it is in none.
  init(_ job: JobLayout, _ team: LocalTeam, _ lane: LocalNetwork?) throws {
    (self.job, self.team) = (job, team)
    let (layout, memoryPlan) = (LocalTeams.layout, team.memoryPlan)
    own = Buffer<Float>(repeating: 0, count: memoryPlan.ownActivations)
    let rankPlan = MemoryPlan(
      layout, team.recipe, batchCounts: [LocalTeams.batch], job: job, shape: team.shape)
    gradients = Buffer<Float>(repeating: 0, count: rankPlan.gradientFloats)
    let site = ExchangeSite(
      job: job, lane: LaneRanks(ranks: Array(0..<job.teamCount)), memory: team.memory.vector,
      memoryPlan: rankPlan, gradients: gradients.vector,
      activations: Activations(
        layout, capacity: memoryPlan.capacity,
        memory: (team.memory.vector[memoryPlan.activations], own.vector)), report: team.report)
    let messages: LocalMessages? =
      if let lane, job.teamCount > 1 { LocalMessages(lane, rank: job.team) } else { nil }
    plan = site.memoryPlan.exchangePlans[team.way]
    exchange = try plan.makeExchange(site, messages)
    workers = try Workers(layout, .generic, job: job)
  }

  func train(steps: Int, spoiled: Bool) throws {
    let (team, batch) = (team, LocalTeams.batch)
    let whole = job.positions(ofTeam: job.team, in: 0..<batch, divided: plan.division)
    let held = plan.holdsWholeBatch ? 0..<batch : whole
    for step in 1...steps {
      for position in job.positions(ofPlace: job.place, in: 0..<batch, divided: plan.division) {
        team.report.found.losses[position, 0] =
          spoiled && position == whole.lowerBound ? .nan : Float(position)
        team.report.found.losses[position, 1] = Float(step)
      }
      team.report.request(
        StepRequests(stop: job.place == 0, save: job.place == job.rankCount - 1),
        place: job.place)
      workers.begin()
      team.barrier()
      try exchange.gatherSamples(batch)
      team.barrier()
      let extent = BatchExtent(count: batch, positions: held)
      if plan.keepsGradients {
        try exchange.keepGradient(
          of: extent, workers, gradient: { compute($1, $2, held, $3) },
          note: { team.norm.note($0, $1) })
        team.barrier()
        try exchange.gatherNorms()
        team.barrier()
        try exchange.applyKeptGradient(of: extent, workers, update: update, adopt: adopt)
      } else {
        try exchange.applyGradient(
          of: extent, workers, gradient: { compute($1, $2, held, $3) }, update: update, adopt: adopt
        )
      }
      if job.isLeader { team.report.summarise(batch) }
      team.barrier()
    }
    try exchange.gatherMoments()
    team.barrier()
    if team.report.result.isSound(0..<batch) { try checkMoments() }
    try exchange.free()
  }

  /// Computes the gradient of `tile` over the positions `rows`, counted from the first that the team has.
  private func compute(
    _ tile: GradientTile, _ rows: Range<Int>, _ held: Range<Int>, _ sums: Vector
  ) {
    let positions = rows.lowerBound + held.lowerBound..<rows.upperBound + held.lowerBound
    for (place, index) in tile.range.enumerated() {
      sums[place] = LocalTeams.gradient(index, positions)
    }
  }

  private func update(_ tile: GradientTile, _ sums: Vector) {
    for (place, index) in tile.range.enumerated() {
      team.replica.parameters[index] += sums[place]
      team.replica.secondMoment[index] += sums[place]
    }
    team.touched.withLock { $0.updated.append(tile.number) }
  }

  private func adopt(_ tile: GradientTile) {
    team.touched.withLock { $0.adopted.append(tile.number) }
  }

  /// All moments are there, also those that other teams have updated.
  private func checkMoments() throws {
    for index in LocalTeams.layout.tiles.flatMap({ Array($0.range) }) {
      guard team.replica.secondMoment[index] == team.replica.parameters[index] else {
        throw Wrong(what: "moment \(index) of team \(job.team)")
      }
    }
  }

  private struct Wrong: Error { var what: String }
}
