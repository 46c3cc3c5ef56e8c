internal import Kernels
internal import MPI
internal import VAE

/// Turns the deltas of all ranks into updated parameters, tile by tile.
///
/// Where a team has the whole batch, alone or because ``gatherSamples(_:_:_:)`` brought it, each tile
/// falls to one rank, which sums it in one order whatever the number of ranks and teams, and updates
/// its parameters at once, while it is in cache; the other teams then get these. Else every team
/// computes all tiles over its own samples, each rank those of its lane; one all-reduce over the
/// lane adds them, and the report behind them, and every team updates its parameters.
struct GradientExchange: ~Copyable {
  /// The step's report: after the exchange it is that of the whole batch.
  private let report: BatchReport

  /// Each thread's tiles, and where in the message their gradients lie.
  private let tiles: [[(tile: GradientTile, offset: Int)]]
  private let message: Buffer<Float>

  private let lane: Lane
  private let pieces: GatheringPieces

  /// Takes the tiles that `lane` deals to this rank and its threads.
  init(
    _ layout: ParameterLayout, batchSize: Int, _ lane: Lane, _ pieces: GatheringPieces
  ) {
    let (tiles, end) = lane.plan(layout)
    let count = end + BatchReport.count(batchSize: batchSize)
    message = Buffer(repeating: 0, count: count)
    report = BatchReport(message.vector[end..<count], batchSize: batchSize)
    self.tiles = tiles
    self.lane = lane
    self.pieces = pieces
  }

  /// The positions of `batch` whose samples the tiles are computed over, and which the team's memory
  /// has room for: `teamPart`, those of the team itself, or all.
  func positions(of batch: Range<Int>, _ teamPart: Range<Int>) -> Range<Int> {
    lane.hasWholeBatch ? batch : teamPart
  }

  private var isGathering: Bool { lane.teamCount > 1 && lane.hasWholeBatch }

  /// Brings what the other teams know of a batch of `count` samples into the team's `memory`, if
  /// tiles are computed over them; collective.
  func gatherSamples(
    _ count: Int, _ memory: inout TeamMemory, _ team: borrowing Team, _ clock: StageClock
  ) throws {
    guard isGathering else { return }
    try gather(pieces.samples(count), memory, team)
    clock.end(.exchange)
    try memory.synchronise(team)
    clock.end(.waiting)
  }

  /// Brings the moments that other teams updated into the team's `memory`; collective.
  func gatherMoments(_ memory: inout TeamMemory, _ team: borrowing Team) throws {
    guard isGathering else { return }
    try gather(pieces.moments, memory, team)
    try memory.synchronise(team)
  }

  private func gather(
    _ pieces: [[Range<Int>]], _ memory: borrowing TeamMemory, _ team: borrowing Team
  ) throws {
    try team.withLane { lane in
      try memory.vector.withMutableSpan { span throws(MPIError) in
        try lane.allGather(&span, pieces: pieces)
      }
    }
  }
}

extension GradientExchange {
  /// Takes step number `step` on `replica`; collective over the lane.
  ///
  /// `rows` are the samples in `activations` that tiles are computed over. Where a loss is not finite
  /// the parameters stay as they are; the report, which the leader then leaves in the team's memory,
  /// tells.
  func update(
    _ replica: Replica, _ activations: Activations, _ memory: borrowing TeamMemory,
    _ shared: TeamReport, _ batch: TeamReport.Extent, _ optimizer: Adam, step: Int,
    _ team: borrowing Team, _ workers: borrowing Workers
  ) throws {
    guard lane.number < lane.count else { return }
    shared.summarise(into: report, batch)
    let updatesAtOnce = lane.hasWholeBatch && report.isFinite(batch.count)
    workers.run { worker in
      for (tile, offset) in tiles[worker.number] {
        worker.model.computeGradient(
          tile, activations, 0..<batch.positions.count, into: gradient(tile, offset))
        if updatesAtOnce { update(replica, tile, gradient(tile, offset), optimizer, step) }
      }
      worker.clock.end(.gradients)
    }
    workers.main.clock.end(.waiting)
    if !lane.hasWholeBatch {
      try team.withLane { try allReduce(over: $0) }
      workers.main.clock.end(.exchange)
      if report.isFinite(batch.count) { updateAll(replica, optimizer, step, workers) }
    } else if isGathering && updatesAtOnce {
      try gather(pieces.parameters, memory, team)
      for (number, ranges) in pieces.parameters.enumerated() where number != lane.team {
        for range in ranges { replica.updateCopy(range) }
      }
      workers.main.clock.end(.exchange)
    }
    if team.isLeader { shared.result.copy(from: report) }
  }

  /// Adds up the lane's message over the teams.
  private func allReduce(over lane: borrowing Communicator) throws {
    try message.vector.withMutableSpan { span throws(MPIError) in
      try lane.allReduce(&span, .sum)
    }
  }

  private func updateAll(
    _ replica: Replica, _ optimizer: Adam, _ step: Int, _ workers: borrowing Workers
  ) {
    workers.run { worker in
      for (tile, offset) in tiles[worker.number] {
        update(replica, tile, gradient(tile, offset), optimizer, step)
      }
      worker.clock.end(.gradients)
    }
  }

  private func gradient(_ tile: GradientTile, _ offset: Int) -> Vector {
    message.vector[offset..<offset + tile.range.count]
  }

  private func update(
    _ replica: Replica, _ tile: GradientTile, _ gradient: Vector, _ optimizer: Adam, _ step: Int
  ) {
    optimizer.update(
      parameters: replica.parameters[tile.range], gradient: gradient,
      firstMoment: replica.firstMoment[tile.range],
      secondMoment: replica.secondMoment[tile.range],
      copy: replica.copy.map { $0[tile.range] }, step: step)
  }
}

extension GradientExchange {
  /// The bytes that a step on `count` samples must bring to this rank, whatever the network: of an
  /// all-reduce, what the best algorithm needs.
  ///
  /// Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations",
  /// 2009.
  func leastBytes(_ count: Int) -> Int {
    guard lane.number < lane.count, lane.teamCount > 1 else { return 0 }
    let floats =
      lane.hasWholeBatch
      ? pieces.othersFloats(count, team: lane.team)
      : 2 * (lane.teamCount - 1) * message.count / lane.teamCount
    return floats * MemoryLayout<Float>.stride
  }
}
