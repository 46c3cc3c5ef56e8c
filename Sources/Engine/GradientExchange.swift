internal import Kernels
internal import MPI
internal import VAE

/// Turns the deltas of all ranks into updated parameters, tile by tile.
///
/// Where a team has the whole batch, alone or because ``gatherSamples(_:_:_:_:)`` brought it, each
/// tile falls to one rank, which sums it in one order whatever the number of ranks and teams, and
/// updates its parameters at once, while it is in cache; the other teams then get these. Else every
/// team computes all tiles over its own samples, each rank those of its lane, while the lane's
/// ranks add up those that are computed, and every team updates its parameters.
struct GradientExchange: ~Copyable {
  private let lane: Lane
  private let plan: LanePlan

  /// The rank's gradients, and what else travels.
  private let memory: Buffer<Float>
  private let message: Vector

  /// What is gathered from teams, and what is added up over them: nil without others.
  private var gathering: Gathering?
  private var reduction: GradientReduction?

  /// The tiles whose parameters other teams update.
  private let othersTiles: [GradientTile]

  /// Which buckets the rank's threads have computed.
  private let progress: BucketProgress

  /// Takes the tiles that `lane` deals to this rank and its threads; collective over the lane.
  init(
    _ layout: ParameterLayout, _ lane: Lane, _ pieces: GatheringPieces,
    _ memory: borrowing TeamMemory, _ team: borrowing Team
  ) throws {
    let plan = lane.plan(layout)
    let own = Buffer<Float>(repeating: 0, count: Self.count(layout, lane))
    let parts = own.vector
    message = parts[0..<plan.floats]
    progress = BucketProgress(plan.buckets.count, threads: lane.threads)
    (self.lane, self.plan) = (lane, plan)
    othersTiles = pieces.tiles.enumerated().filter { $0.offset != lane.team }.flatMap(\.element)
    self.memory = own
    gathering = nil
    reduction = nil
    guard lane.teamCount > 1 else { return }
    try team.withLane { communicator in
      let messages = try Gathering(pieces, in: memory, over: communicator)
      let nextTag = messages.nextTag
      gathering = consume messages
      guard !lane.hasWholeBatch else { return }
      reduction = try GradientReduction(
        plan.buckets,
        Wire(parts, plan.buckets, team: lane.team, of: lane.teamCount, lane.wire),
        over: communicator, firstTag: nextTag)
    }
  }

  /// The floats that the rank of `lane` takes for gradients and for what of them travels.
  static func count(_ layout: ParameterLayout, _ lane: Lane) -> Int {
    let plan = lane.plan(layout)
    guard !lane.hasWholeBatch else { return plan.floats }
    return Wire.floats(plan.buckets, team: lane.team, of: lane.teamCount, lane.wire)
  }

  /// The positions of `batch` whose samples the tiles are computed over, and which the team's
  /// memory has room for: `teamPart`, those of the team itself, or all.
  func positions(of batch: Range<Int>, _ teamPart: Range<Int>) -> Range<Int> {
    lane.hasWholeBatch ? batch : teamPart
  }

  /// The bytes that this rank gives MPI for other teams in a step on `count` samples.
  func sentBytes(_ count: Int) -> Int {
    var bytes = 0
    switch gathering {
    case .some(let gathering): bytes += gathering.sentBytes(count)
    case .none: break
    }
    switch reduction {
    case .some(let reduction): bytes += reduction.sentBytes
    case .none: break
    }
    return bytes
  }

  /// Adds up a message of zeros.
  mutating func reduceNothing() throws {
    message.fill(0)
    reduction?.begin()
    for number in plan.buckets.indices where reduction != nil { try reduction?.wait(for: number) }
  }

  /// Gives the requests back.
  consuming func free() throws {
    try gathering?.free()
    try reduction?.free()
  }
}

extension GradientExchange {
  /// Whether each team takes the step with some of the tiles only.
  var isGathering: Bool { lane.teamCount > 1 && lane.hasWholeBatch }

  /// Brings what the other teams know of a batch of `count` samples into the team's `memory`, if
  /// tiles are computed over them; collective.
  mutating func gatherSamples(
    _ count: Int, _ memory: inout TeamMemory, _ team: borrowing Team, _ clock: StageClock
  ) throws {
    guard isGathering else { return }
    try gathering?.startSamples(count)
    try gathering?.waitForSamples(count)
    clock.end(.exchange)
    try memory.synchronise(team)
    clock.end(.waiting)
  }

  /// Brings the moments that other teams updated into the team's `memory`; collective.
  mutating func gatherMoments(_ memory: inout TeamMemory, _ team: borrowing Team) throws {
    guard isGathering else { return }
    try gathering?.gatherMoments()
    try memory.synchronise(team)
  }
}

extension GradientExchange {
  /// Takes a step on a batch; collective over the lane.
  ///
  /// The samples of `batch` in `activations` are those that tiles are computed over. Where a loss
  /// is not finite the parameters stay as they are; the report, which the leader then leaves in the
  /// team's memory, tells.
  mutating func take(
    _ step: UpdateStep, _ activations: Activations, _ report: TeamReport,
    _ batch: TeamReport.Extent, _ team: borrowing Team, _ workers: borrowing Workers
  ) throws {
    guard lane.number < lane.count else { return }
    let isFinite = report.found.isFinite(batch.positions)
    let isReducing = !lane.hasWholeBatch
    if isReducing {
      report.judge(isFinite, place: team.place)
      try gathering?.startSamples(batch.count)
    }
    let atOnce = isFinite && !isReducing ? step : nil
    try compute(activations, 0..<batch.positions.count, atOnce, workers)
    if isReducing {
      try reduction?.advance(computed: plan.buckets.count)
      try gathering?.waitForSamples(batch.count)
      try finish(report.isFinite(places: team.lanePlaces) ? step : nil, workers)
    } else if isGathering && isFinite {
      try gathering?.gatherParameters()
      othersTiles.forEach(step.takeOver)
      workers.main.clock.end(.exchange)
    }
    if team.isLeader { report.summarise(batch.count) }
  }

  /// Computes all tiles over the samples `rows`, and takes `step` with each at once, if there is
  /// one; meanwhile buckets that are computed travel.
  private mutating func compute(
    _ activations: Activations, _ rows: Range<Int>, _ step: UpdateStep?,
    _ workers: borrowing Workers
  ) throws {
    progress.begin()
    reduction?.begin()
    // Threads read these, while the main thread, and none else, changes `self`.
    let (plan, message, progress) = (plan, message, progress)
    var failure: (any Error)?
    workers.run { worker in
      for (number, tiles) in plan.tiles[worker.number].enumerated() {
        for (tile, offset) in tiles {
          let gradient = message[offset..<offset + tile.range.count]
          worker.model.computeGradient(tile, activations, rows, into: gradient)
          step?.update(tile, gradient)
          if worker.number == 0 { advance(worker.clock, progress.finished, catching: &failure) }
        }
        progress.finish(number)
      }
      if worker.number == 0 { advance(worker.clock, progress.finished, catching: &failure) }
      worker.clock.end(.gradients)
    }
    if let failure { throw failure }
    workers.main.clock.end(.waiting)
  }

  /// Waits for the buckets' sums, one after the other, and takes `step`, if there is one, with
  /// each.
  ///
  /// Without one the run is at its end, and the gradients are of no use.
  private mutating func finish(_ step: UpdateStep?, _ workers: borrowing Workers) throws {
    let (plan, message) = (plan, message)
    var failure: (any Error)?
    for number in plan.buckets.indices {
      try reduction?.wait(for: number)
      workers.main.clock.end(.exchange)
      guard let step else { continue }
      workers.run { worker in
        for (tile, offset) in plan.tiles[worker.number][number] {
          step.update(tile, message[offset..<offset + tile.range.count])
          if worker.number == 0 {
            advance(worker.clock, plan.buckets.count, catching: &failure)
          }
        }
        worker.clock.end(.gradients)
      }
      if let failure { throw failure }
      workers.main.clock.end(.waiting)
    }
  }

  /// Moves what travels on when `computed` buckets are computed; on the main thread, whose clock it
  /// is.
  private mutating func advance(
    _ clock: StageClock, _ computed: Int, catching failure: inout (any Error)?
  ) {
    guard reduction != nil, failure == nil else { return }
    clock.end(.gradients)
    do { try reduction?.advance(computed: computed) } catch { failure = error }
    clock.end(.exchange)
  }
}
