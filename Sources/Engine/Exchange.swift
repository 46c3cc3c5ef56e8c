internal import Kernels
internal import MPI
internal import VAE

/// How the teams of a job come to the gradient of one batch, and each of them to the parameters that
/// it makes: ``Alone``, ``AllReduce`` or ``AllGather``, a file each.
///
/// All calls but for `sentBytes` are collective over the lanes. A rank that is in no lane takes part
/// in none, and makes the same calls.
protocol Exchange: AnyObject {
  /// Brings what the other teams know of a batch of `count` samples into this team's memory, if this
  /// team computes tiles over them.
  ///
  /// - Returns: whether it does: the team's ranks must then meet at a barrier. The same on all ranks.
  func gatherSamples(_ count: Int) throws -> Bool

  /// Updates the replica of every team with the gradient of `batch`.
  ///
  /// `gradient` computes the gradient of a tile over the samples that the team has; it is called on
  /// every thread of `workers`. `update` takes the step with a tile, whose gradient over the whole
  /// batch is given; it is not called where a loss of the batch is not finite. `adopt` is told of
  /// each tile that another team has updated.
  func forEachTile(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: (Worker, GradientTile, Vector) -> Void, update: (GradientTile, Vector) -> Void,
    adopt: (GradientTile) -> Void
  ) throws

  /// Brings the optimizer's moments that other teams have updated.
  ///
  /// - Returns: whether it brings any: the team's ranks must then meet at a barrier.
  func gatherMoments() throws -> Bool

  /// Whether each team updates some of the tiles only.
  var sharesTiles: Bool { get }

  /// The bytes that this rank gives MPI for other teams in a step on `count` samples.
  func sentBytes(_ count: Int) -> Int

  /// For benchmarks: all-reduces zeros in the place of a gradient. Does nothing in exchanges that do not
  /// all-reduce.
  func reduceNothing() throws

  /// Ends the exchange.
  func free() throws
}

/// How far a batch reaches, and which of its positions a team computes tiles over.
struct BatchExtent {
  /// The samples of the batch.
  let count: Int
  /// The team's positions in it, counted from the batch's first.
  let positions: Range<Int>
}

/// What an exchange means for the work and the memory of a rank.
struct ExchangePlan {
  /// Whether the team's memory has the samples of the whole batch, rather than the team's own.
  let holdsWholeBatch: Bool

  /// The tiles of the rank's lane in each team; none of a rank that is in no lane.
  let tiles: [[GradientTile]]

  /// The order in which the rank computes its own tiles.
  let order: TilePlan

  /// The floats of the rank's gradients, sums and messages.
  let floats: Int

  /// The plan for the teams of `job` and the model of `layout`.
  init(_ shape: JobShape, _ job: JobLayout, layout: ParameterLayout) {
    switch (job.teamCount, shape.exchange) {
    case (1, _), (_, .allGather): self.init(sharingTilesOf: layout, job)
    case (_, .allReduce): self.init(reducingTilesOf: layout, job, wire: shape.wire)
    }
  }

  /// The plan of teams that each compute and update some of the tiles, over the whole batch.
  private init(sharingTilesOf layout: ParameterLayout, _ job: JobLayout) {
    let hands = TilePlan.deal(layout.tiles, to: job.teamCount * job.laneCount)
    tiles = (0..<job.teamCount).map { team in
      job.lane.map { hands[team * job.laneCount + $0] } ?? []
    }
    order = TilePlan(applyingAtOnce: tiles[job.team], threads: job.threads)
    floats = order.floats
    holdsWholeBatch = true
  }

  /// The plan of teams that each compute all tiles, over their own samples.
  private init(reducingTilesOf layout: ParameterLayout, _ job: JobLayout, wire: Precision) {
    let own = job.lane.map { TilePlan.deal(layout.tiles, to: job.laneCount)[$0] } ?? []
    tiles = Array(repeating: own, count: job.teamCount)
    order = TilePlan(keeping: own, threads: job.threads)
    floats = GradientCodec.floats(
      order.buckets, team: job.team, of: job.teamCount, precision: wire)
    holdsWholeBatch = false
  }
}

/// What an exchange works on.
struct ExchangeSite {
  /// The model's parameters.
  let layout: ParameterLayout
  /// Where this rank stands.
  let job: JobLayout
  /// What the exchange means for this rank.
  let plan: ExchangePlan
  /// The team's memory, and where its parts lie.
  let memory: Vector
  let regions: MemoryPlan
  /// The activations and the report in that memory.
  let activations: Activations
  let report: TeamReport
  /// The sizes that batches have.
  let batchCounts: Set<Int>
}

extension JobShape {
  /// The exchange of a job at `site`; collective over the lane, whose `messages` have no group yet,
  /// and are nil for a lone team and for a rank in no lane.
  func makeExchange<Messages: LaneMessages & ~Copyable>(
    _ site: ExchangeSite, _ messages: consuming Messages?
  ) throws -> any Exchange {
    guard site.job.teamCount > 1 else { return Alone(site) }
    switch exchange {
    case .allReduce: return try AllReduce(site, wire: wire, messages)
    case .allGather: return try AllGather(site, messages)
    }
  }
}
