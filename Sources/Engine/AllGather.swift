internal import Kernels
internal import MPI
internal import VAE

/// The exchange in which every team has the layer inputs and deltas of the whole batch: each tile of the
/// gradient falls to one rank of the job. The rank to which a tile falls sums the tile in one order, whatever
/// the number of ranks and teams, updates the tile's parameters, and sends these to the other teams.
final class AllGather<Messages: LaneMessages & ~Copyable>: Exchange {
  private let tiles: OwnTiles
  private let report: TeamReport
  private let lane: LaneRanks

  /// The tiles that other teams update and whose new parameters this rank receives.
  private let othersTiles: [GradientTile]

  /// The lane's messages; nil where this rank is in no lane, and after they were freed.
  private var messages: Messages?

  // The numbers of the groups of messages, those with samples by the size of the batch.
  private var samples: [Int: Int] = [:]
  private var parameters = 0
  private var moments = 0
  private var norms: Int?

  init(_ site: ExchangeSite, _ plan: ExchangePlan, _ messages: consuming Messages?) throws {
    tiles = OwnTiles(site, plan)
    (report, lane) = (site.report, site.lane)
    othersTiles = plan.tiles.enumerated().filter { $0.offset != site.job.team }
      .flatMap(\.element)
    self.messages = nil
    guard var messages, let lane = site.job.lane else { return }
    try site.memory.withMutableSpan { memory throws(MPIError) in
      let owned = plan.tiles.map { $0.map(\.range) }
      parameters = try messages.addAllGather(
        &memory, pieces: owned.shifted(by: site.memoryPlan.replica.lowerBound))
      moments = try messages.addAllGather(
        &memory, pieces: Replica.moments(owned, site.memoryPlan.layout, in: site.memoryPlan.replica)
      )
      if plan.keepsGradients {
        norms = try messages.addAllGather(&memory, pieces: Self.normPieces(site, plan))
      }
      // All ranks must add the groups in the same order.
      for count in site.batchCounts.sorted() {
        samples[count] = try messages.addAllGather(
          &memory, pieces: Self.pieces(site, plan, lane: lane, ofBatch: count))
      }
    }
    self.messages = consume messages
  }

  /// For each team, the ranges of the team's memory that its rank in `lane` sends after a batch of `count`
  /// samples: an equal share of the team's layer inputs (without pixels), deltas and losses, whichever rank
  /// of the team computed them. The rank in lane 0 also sends the requests of its team's ranks.
  private static func pieces(
    _ site: ExchangeSite, _ plan: ExchangePlan, lane: Int, ofBatch count: Int
  ) -> [[Range<Int>]] {
    site.job.teams.indices.map { team in
      let samples = site.job.positions(ofTeam: team, in: 0..<count, divided: plan.division)
      let share = Shard(rank: lane, of: site.job.laneCount).part(of: samples)
      return site.activations.gatheredRanges(share)
        .map { $0.shifted(by: site.memoryPlan.activations.lowerBound) }
        + site.report.gatheredRanges(
          share, places: lane == 0 ? site.job.teams[team] : 0..<0, verdictOf: nil
        ).map { $0.shifted(by: site.memoryPlan.report.lowerBound) }
    }
  }

  /// For each team, the ranges of the team's memory where its rank in this lane notes the norms of its tiles.
  private static func normPieces(_ site: ExchangeSite, _ plan: ExchangePlan) -> [[Range<Int>]] {
    plan.tiles.map { tiles in
      let numbers = RangeSet(tiles.map { $0.number..<$0.number + 1 })
      return numbers.ranges.map { $0.shifted(by: site.memoryPlan.norms.lowerBound) }
    }
  }

  func gatherSamples(_ count: Int) throws { try messages?.exchange(samples[count]!, lane) }

  func applyGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: TileGradient, update: (GradientTile, Vector) -> Void,
    adopt: (GradientTile) -> Void
  ) throws {
    guard messages != nil else { return }
    let isSound = report.found.isSound(batch.positions)
    tiles.compute(batch, workers, gradient) { if isSound { update($0, $1) } }
    if isSound { try exchangeParameters(workers, adopt: adopt) }
  }

  func keepGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: TileGradient, note: (GradientTile, Vector) -> Void
  ) {
    if messages != nil { tiles.compute(batch, workers, gradient, update: note) }
  }

  func gatherNorms() throws { if let norms { try messages?.exchange(norms, lane) } }

  func applyKeptGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    update: (GradientTile, Vector) -> Void, adopt: (GradientTile) -> Void
  ) throws {
    guard messages != nil, report.found.isSound(batch.positions) else { return }
    tiles.update(workers, by: update)
    try exchangeParameters(workers, adopt: adopt)
  }

  /// Sends the new parameters of this rank's tiles to the other teams, and takes theirs.
  private func exchangeParameters(
    _ workers: borrowing Workers, adopt: (GradientTile) -> Void
  ) throws {
    try messages?.exchange(parameters, lane)
    othersTiles.forEach(adopt)
    workers.main.clock.end(.exchange)
  }

  func gatherMoments() throws { try messages?.exchange(moments, lane) }

  func sentBytes(_ count: Int) -> Int {
    switch messages {
    case .some(let messages):
      messages.sentBytes(samples[count]!) + messages.sentBytes(parameters)
        + (norms.map { messages.sentBytes($0) } ?? 0)
    case .none: 0
    }
  }

  func free() throws { try messages.take()?.free() }
}

extension [[Range<Int>]] {
  fileprivate func shifted(by distance: Int) -> Self { map { $0.map { $0.shifted(by: distance) } } }
}
