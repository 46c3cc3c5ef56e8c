internal import Kernels
internal import MPI
internal import VAE

/// Turns the deltas of all ranks into updated parameters, tile by tile.
///
/// The team's ranks compute the gradient of the team's samples, each the tiles of its lane; one
/// all-reduce adds them, and the report behind them, over the lane; the optimizer writes the
/// parameters in place. A lone team has nothing to add: each of its tiles is updated at once, while
/// it is in cache, and was summed by one rank in one order whatever the number of ranks.
struct GradientExchange: ~Copyable {
  /// The step's report: after the exchange it is that of the whole batch.
  private let report: BatchReport

  /// Each thread's tiles, and where in the message their gradients lie.
  private let tiles: [[(tile: GradientTile, offset: Int)]]
  private let message: Buffer<Float>
  private let isLoneTeam: Bool

  /// Takes the tiles that `lane` deals to this rank and its threads.
  init(_ layout: ParameterLayout, batchSize: Int, _ lane: Lane) {
    let (tiles, end) = lane.plan(layout)
    let count = end + BatchReport.count(batchSize: batchSize)
    message = Buffer(repeating: 0, count: count)
    report = BatchReport(message.vector[end..<count], batchSize: batchSize)
    self.tiles = tiles
    isLoneTeam = lane.isLoneTeam
  }

  /// Deals tiles so that all have about the same work: each, from the largest on, to the hand that
  /// has least.
  ///
  /// Graham, "Bounds on multiprocessing timing anomalies", 1969: at most 4/3 of the best possible.
  static func deal(_ tiles: [GradientTile], to count: Int) -> [[GradientTile]] {
    var hands = [[GradientTile]](repeating: [], count: count)
    var loads = [Int](repeating: 0, count: count)
    let largestFirst = tiles.sorted {
      ($1.range.count, $0.range.lowerBound) < ($0.range.count, $1.range.lowerBound)
    }
    for tile in largestFirst {
      let hand = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) }!
      loads[hand] += tile.range.count
      hands[hand].append(tile)
    }
    return hands.map { $0.sorted { $0.range.lowerBound < $1.range.lowerBound } }
  }
}

extension GradientExchange {
  /// Which tiles are dealt to a rank.
  struct Lane {
    /// The lane's number; from ``count`` on it is none.
    let number: Int

    /// The number of lanes.
    let count: Int

    /// Whether there is no other team to add anything to.
    let isLoneTeam: Bool

    /// The threads of the lane's rank.
    let threads: Int

    /// Each thread's tiles, and where in the rank's message their gradients lie; and the floats of
    /// all gradients that are there at a time.
    func plan(
      _ layout: ParameterLayout
    ) -> (tiles: [[(tile: GradientTile, offset: Int)]], floats: Int) {
      let own = number < count ? deal(layout.tiles, to: count)[number] : []
      let hands = deal(own, to: threads)
      guard !isLoneTeam else {
        // Each gradient is done with at once: a thread has room for one.
        let room = own.map(\.range.count).max() ?? 0
        let tiles = hands.enumerated().map { thread, hand in hand.map { ($0, thread * room) } }
        return (tiles, threads * room)
      }
      // MPI may add up in another order elsewhere in a message, so threads must not move a tile.
      var (offsets, end) = ([Int: Int](), 0)
      for tile in own {
        offsets[tile.range.lowerBound] = end
        end += tile.range.count
      }
      return (hands.map { $0.map { ($0, offsets[$0.range.lowerBound]!) } }, end)
    }
  }

  /// Takes step number `step` on `replica`; collective over the lane.
  ///
  /// `rows` are the team's samples in `activations`. Where a loss is not finite the parameters stay
  /// as they are; the report, which the leader then leaves in the team's memory, tells.
  func update(
    _ replica: Replica, _ activations: Activations, _ rows: Range<Int>, _ shared: TeamReport,
    _ batch: TeamReport.Extent, _ optimizer: Adam, step: Int, _ team: borrowing Team,
    _ workers: borrowing Workers
  ) throws {
    guard team.communicator.rank < team.laneCount else { return }
    shared.summarise(into: report, batch)
    let updatesAtOnce = isLoneTeam && report.isFinite(batch.count)
    workers.run { worker in
      for (tile, offset) in tiles[worker.number] {
        worker.model.computeGradient(tile, activations, rows, into: gradient(tile, offset))
        if updatesAtOnce { update(replica, tile, gradient(tile, offset), optimizer, step) }
      }
      worker.clock.end(.gradients)
    }
    if !isLoneTeam {
      workers.main.clock.end(.waiting)
      try team.withLane { try allReduce(over: $0) }
      workers.main.clock.end(.allReduce)
      if report.isFinite(batch.count) { updateAll(replica, optimizer, step, workers) }
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

extension GradientExchange.Lane {
  /// This rank's.
  init(_ team: borrowing Team, threads: Int) {
    self.init(
      number: team.communicator.rank, count: team.laneCount, isLoneTeam: team.teamCount == 1,
      threads: threads)
  }
}
