package import Images
package import Kernels
package import MPI
internal import Ranks
package import VAE

/// Trains one replica in lockstep with those of the other ranks.
///
/// Read ``step(_:)`` for the road of an image through the program.
package struct Trainer: ~Copyable {
  /// The most samples that a thread takes through the model at a time: their activations stay in the
  /// second-level cache from layer to layer.
  private static let panelHeight = 128

  /// The tensors that are trained, one copy a team.
  package let replica: Replica

  /// Where the run stands.
  package private(set) var progress: Progress

  /// The instructions that its products are computed with.
  package let instructions: InstructionSet

  /// The memory that it takes.
  package let need: TrainingMemory

  let team: Team
  private let workers: Workers
  private var memory: TeamMemory
  private let workspace: Buffer<Float>
  private let activations: Activations
  private let report: TeamReport
  private let norm: GradientNorm
  private var exchange: GradientExchange
  private let optimizer: Adam
  private let dataset: Dataset
  private let schedule: BatchSchedule
  private let teamShard: Shard
  private let seed: UInt64
  private var order: EpochOrder
  private var noise: RandomStream

  /// Prepares to train the model of `layout` at `progress`, with `threads` on every rank and products
  /// by `instructions`; collective over `world`. The replica's tensors are zero until they are loaded.
  package init(
    _ layout: ParameterLayout, at progress: Progress, on dataset: Dataset, batchSize: Int,
    optimizer: Adam, seed: UInt64, precision: Precision, teams: TeamMode, exchange: ExchangeMode,
    wire: Precision, threads: Int, instructions: InstructionSet,
    reserve: MemoryReserve = MemoryReserve(),
    among world: borrowing Communicator
  ) throws {
    let team = try Team(teams, among: world)
    let workers = try Workers(
      threads, layout, instructions, place: team.place, in: team.places, of: world.size)
    try world.requireRightProducts(workers.computeRightly(in: precision))
    let shards = team.allPlaces.map { workers.shard(of: $0, among: world.size) }
    let batchSize = min(batchSize, dataset.count)
    let schedule = BatchSchedule(imageCount: dataset.count, batchSize: batchSize)
    let lane = Lane(team, exchange, wire: wire, threads: workers.count)
    let need = TrainingMemory(
      layout, batchSize: batchSize, shard: shards[team.number], ranks: world.size, lane: lane,
      precision: precision, reserve: reserve)
    try need.require(isLeader: team.isLeader, among: world)
    let memory = try TeamMemory(count: need.shared.reduce(0, +), team, among: world)
    let parts = memory.vector.split(need.shared)
    let workspace = Buffer<Float>(repeating: 0, count: need.own)
    let activations = Activations(
      layout, capacity: need.capacity, shared: parts[1], own: workspace.vector,
      precision: precision, mostlyZero: dataset.isMostlyBlack)
    let pieces = GatheringPieces(
      layout, lane, activations, need, batchCounts: schedule.sizes(from: progress.offset),
      shards: shards, places: team.allPlaces)
    self.exchange = try GradientExchange(layout, lane, pieces, memory, team)
    replica = Replica(layout, parts[0], precision: precision)
    report = TeamReport(parts[2], batchSize: batchSize)
    norm = GradientNorm(parts[3])
    self.need = need
    self.workspace = workspace
    self.activations = activations
    self.schedule = schedule
    order = EpochOrder(count: dataset.count, seed: seed, epoch: progress.epoch + 1)
    noise = RandomStream(seed: seed, purpose: .training, epoch: progress.epoch + 1)
    self.workers = workers
    teamShard = shards[team.number]
    self.team = team
    self.memory = memory
    self.progress = progress
    (self.dataset, self.seed, self.optimizer) = (dataset, seed, optimizer)
    self.instructions = instructions
  }

  /// The number of images in an epoch.
  package var imageCount: Int { dataset.count }

  /// Where this rank's time in steps went.
  package var stageTimes: StageTimes { workers.stageTimes }

  /// Whether the epoch under way has no batch left.
  package var isEpochComplete: Bool { progress.offset == dataset.count }

  /// Trains on the epoch's next batch, together with all ranks.
  ///
  /// - Parameters:
  ///   - mine: what this rank asks for.
  ///   - isMeasured: whether ``gradientNorm()`` is wanted after it; the same on all ranks.
  /// - Returns: the batch's losses, and what some rank asks for, the same on all ranks.
  /// - Throws: `MPIError`, or a failure known to all ranks where the step is not finite; the
  ///   parameters are then those before the step.
  package mutating func step(
    _ mine: StepRequests = StepRequests(), isMeasured: Bool = false
  ) throws -> (losses: LossSum, requests: StepRequests) {
    let mode = SubnormalMode.current
    SubnormalMode.flushing.set()
    defer { mode.set() }
    let batch = schedule.positions(from: progress.offset)
    let teamPart = teamShard.part(of: batch)
    let held = exchange.positions(of: batch, teamPart)
    report.request(mine, place: team.place)

    workers.begin()
    workers.run { worker in
      let (model, clock) = (worker.model, worker.clock)
      fillOthers(than: teamPart, worker.teamShare, in: held)
      for panel in worker.shard.part(of: batch).pieces(ofAtMost: Self.panelHeight) {
        let rows = panel.relative(to: held)
        dataset.fill(
          activations.pixels.rows(rows), as: activations.pixelOperand.rows(rows), order: order,
          positions: panel)
        noise.fillNormal(activations.noise.rows(rows), positions: panel)
        clock.end(.batch)
        model.encode(replica.modelParameters, activations, rows)
        model.sample(activations, rows)
        model.decode(replica.modelParameters, activations, rows)
        clock.end(.forward)
        model.backpropagate(
          replica.modelParameters, activations, rows, scale: 1 / Float(batch.count),
          losses: report.found.losses.rows(panel.relative(to: batch)))
        clock.end(.backward)
      }
    }
    try memory.synchronise(team)  // Inputs, deltas and losses of the whole team are there.
    workers.main.clock.end(.waiting)
    try exchange.gatherSamples(batch.count, &memory, team, workers.main.clock)
    try exchange.take(
      UpdateStep(
        replica, optimizer, number: progress.step + 1, norm: isMeasured ? norm : nil),
      activations, report,
      TeamReport.Extent(count: batch.count, positions: held.relative(to: batch)), team, workers)
    try memory.synchronise(team)  // So are the new parameters.
    workers.main.clock.end(.waiting)
    return (try advance(past: batch), report.result.requests)
  }

  /// Fills in `share` of the images in `held` that other teams train on: every team has all images,
  /// so that they need not travel.
  private func fillOthers(than teamPart: Range<Int>, _ share: Shard, in held: Range<Int>) {
    for others in [held.lowerBound..<teamPart.lowerBound, teamPart.upperBound..<held.upperBound] {
      let positions = share.part(of: others)
      let rows = positions.relative(to: held)
      dataset.fill(
        activations.pixels.rows(rows), as: activations.pixelOperand.rows(rows), order: order,
        positions: positions)
    }
  }

  /// Notes that the step on `batch` is taken; returns its losses.
  private mutating func advance(past batch: Range<Int>) throws -> LossSum {
    let losses = try report.result.finiteSum(batch.count, step: progress.step + 1)
    progress.step += 1
    progress.offset = batch.upperBound
    progress.losses.add(losses)
    return losses
  }

  /// Begins the next epoch, in its own order.
  package mutating func beginNextEpoch() {
    progress.epoch += 1
    progress.offset = 0
    progress.losses = LossSum()
    order = EpochOrder(count: dataset.count, seed: seed, epoch: progress.epoch + 1)
    noise = RandomStream(seed: seed, purpose: .training, epoch: progress.epoch + 1)
  }

  /// Loads the replica's tensors: `load` writes them on every team's leader, and may talk to the
  /// other leaders, rank zero first. Collective.
  package mutating func load(_ load: (Replica, borrowing Communicator) throws -> Void) throws {
    if team.isLeader {
      try team.withLane { try load(replica, $0) }
      replica.layout.tiles.forEach(replica.updateCopies)
    }
    try memory.synchronise(team)
  }

  /// Makes every team's ``replica`` complete: of moments, a team may have only those that it
  /// updates. Collective.
  package mutating func completeReplica() throws { try exchange.gatherMoments(&memory, team) }

  /// The number of teams.
  package var teamCount: Int { team.count }

  /// The Euclidean norm of the last step's gradient, the mean over its batch, if that was measured:
  /// on rank zero. Collective.
  package func gradientNorm() throws -> Double? {
    try norm.value(team, isSpread: exchange.isGathering)
  }

  /// The bytes that this rank gives MPI for other teams in a full step.
  package var exchangeBytes: Int { exchange.sentBytes(schedule.batchSize) }

  /// Adds zeros up over the teams as a step does with gradients: for measurements. Collective.
  package mutating func reduceNothing() throws { try exchange.reduceNothing() }

  /// Ends training; collective.
  package consuming func free() throws {
    try exchange.free()
    try memory.free()
    try team.free()
  }
}
