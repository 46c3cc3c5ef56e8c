package import Kernels
internal import MPI
internal import VAE

/// What teams send one another in a step.
public enum ExchangeMode: String, Codable, Sendable, CaseIterable {
  /// The gradients of each team's own samples, which are added up: as many bytes whatever the batch. The
  /// order of the additions, and with it the model's last bits, depends on the number of teams.
  case allReduce = "all-reduce"
  /// Layer inputs and deltas, 10 KB an image in the default model, and then new parameters: every tile of the
  /// gradient is computed once, over the whole batch, by one team. The model's bits are those of a lone team.
  case allGather = "all-gather"

  /// The number formats in which teams can send in this mode: bf16 is for gradients, which are rounded on the
  /// way.
  package var wires: [Precision] {
    switch self {
    case .allReduce: [.fp32, .bf16]
    case .allGather: [.fp32]
    }
  }
}

/// How the teams of a job arrive at the gradient of a whole batch and at the parameters after it:
/// ``Alone``, ``AllReduce`` or ``AllGather``, a file each.
///
/// Every rank makes all calls, on its main thread and in the same order as the others. In a call the ranks of
/// a lane exchange messages; a rank that is in no lane exchanges none.
///
/// A new kind is a file, a case of ``ExchangeMode``, and what the compiler then asks for in this file.
protocol Exchange: AnyObject {
  /// Where teams share the tiles (``ExchangePlan/sharesTiles``): fetches the lane's part of the other teams'
  /// layer inputs, deltas, losses and requests for a batch of `count` samples. All is there after a barrier
  /// of the team.
  func gatherSamples(_ count: Int) throws

  /// Updates the replica of every team with the gradient of `batch`; the replica is complete after a barrier
  /// of the team.
  ///
  /// `gradient` computes the gradient of a tile over the samples that the team has. `update` changes the
  /// tile's parameters by its gradient over the whole batch; it is not called where a loss of the batch is
  /// not finite. Both are called on all threads of `workers` at once, for each tile on one thread. `adopt` is
  /// called on the main thread, for each tile whose new parameters have come from another team.
  func applyGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: (Worker, GradientTile, Vector) -> Void, update: (GradientTile, Vector) -> Void,
    adopt: (GradientTile) -> Void
  ) throws

  /// The first half of ``applyGradient(of:_:gradient:update:adopt:)``, for updates that need the norm of the
  /// whole gradient: computes the gradient of `batch` and keeps it, which the plan must have room for. `note`
  /// is called as `update` is there, whether or not all losses are finite. All that this rank's team noted is
  /// there after a barrier of the team.
  func keepGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: (Worker, GradientTile, Vector) -> Void, note: (GradientTile, Vector) -> Void
  ) throws

  /// Where teams share the tiles: fetches the lane's part of the norms that other teams have noted. All norms
  /// are there after a barrier of the team.
  func gatherNorms() throws

  /// The second half: updates the replica of every team with the gradient of `batch` that was kept.
  func applyKeptGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    update: (GradientTile, Vector) -> Void, adopt: (GradientTile) -> Void
  ) throws

  /// Where teams share the tiles: fetches the lane's part of the optimizer's moments that other teams have
  /// updated.
  func gatherMoments() throws

  /// The bytes that this rank gives MPI for other teams in a step on `count` samples.
  func sentBytes(_ count: Int) -> Int

  /// For benchmarks: all-reduces zeros in the place of a gradient. Does nothing in exchanges that do not
  /// all-reduce.
  func reduceNothing() throws

  /// Ends the exchange.
  func free() throws
}

extension Exchange {
  func gatherSamples(_ count: Int) {}
  func gatherNorms() {}
  func gatherMoments() {}
  func reduceNothing() {}
}

/// A batch as a team sees it: its size, and the positions over which the team sums gradients: all positions
/// in a lone team and in an all-gather, the team's own shard in an all-reduce.
struct BatchExtent {
  /// How many samples the batch has.
  let count: Int
  /// The positions, counted from the batch's first.
  let positions: Range<Int>
}

/// The tiles that fall to a rank in an exchange, and the memory that they take.
struct ExchangePlan {
  /// Whether each of several teams computes and updates some of the tiles, over the whole batch,
  /// rather than all tiles, over its own samples.
  let sharesTiles: Bool

  /// Whether the team's memory has the samples of the whole batch, rather than the team's own.
  var holdsWholeBatch: Bool {
    let isLoneTeam = tiles.count == 1
    return isLoneTeam || sharesTiles
  }

  /// For each team, the tiles of its rank in this rank's lane; no tiles where this rank is in no lane.
  let tiles: [[GradientTile]]

  /// The order in which the rank computes its own tiles.
  let order: TilePlan

  /// The floats of the rank's gradients, sums and messages.
  let floats: Int

  /// Whether all gradients of a step are kept until the norm of the whole is known.
  let keepsGradients: Bool

  /// The plan for the teams of `job` and the model of `layout`.
  init(
    _ shape: JobShape, _ job: JobLayout, layout: ParameterLayout, keepsGradients: Bool = false
  ) {
    switch shape.exchange {
    case .allReduce where job.teamCount > 1:
      self.init(repeatingTilesOf: layout, job, wire: shape.wire, keepsGradients: keepsGradients)
    case .allReduce, .allGather:
      self.init(dealingTilesOf: layout, job, keepsGradients: keepsGradients)
    }
  }

  /// The plan in which each tile falls to one rank of the job, which computes it over the whole batch and
  /// updates it. In a lone team its ranks share out all tiles.
  private init(dealingTilesOf layout: ParameterLayout, _ job: JobLayout, keepsGradients: Bool) {
    let hands = TilePlan.deal(layout.tiles, to: job.teamCount * job.laneCount)
    tiles = (0..<job.teamCount).map { team in
      job.lane.map { hands[team * job.laneCount + $0] } ?? []
    }
    order =
      keepsGradients
      ? TilePlan(keeping: tiles[job.team], threads: job.threads)
      : TilePlan(applyingAtOnce: tiles[job.team], threads: job.threads)
    floats = order.floats
    self.keepsGradients = keepsGradients
    sharesTiles = job.teamCount > 1
  }

  /// The plan in which every team computes all tiles over its own samples, and updates all of them.
  private init(
    repeatingTilesOf layout: ParameterLayout, _ job: JobLayout, wire: Precision,
    keepsGradients: Bool
  ) {
    let own = job.lane.map { TilePlan.deal(layout.tiles, to: job.laneCount)[$0] } ?? []
    tiles = Array(repeating: own, count: job.teamCount)
    order = TilePlan(keeping: own, threads: job.threads)
    floats = GradientCodec.floats(
      order.buckets, team: job.team, of: job.teamCount, precision: wire)
    sharesTiles = false
    self.keepsGradients = keepsGradients
  }
}

/// What an exchange works on.
struct ExchangeSite {
  /// Where this rank stands.
  let job: JobLayout
  /// The team's memory.
  let memory: Vector
  /// Where the parts of the team's memory lie.
  let memoryPlan: MemoryPlan
  /// The activations in the team's memory.
  let activations: Activations
  /// The report in the team's memory.
  let report: TeamReport
  /// The sizes of batches for which messages are prepared: a full one, the last of an epoch, and the last of
  /// a resumed epoch.
  let batchCounts: Set<Int>

  /// The tiles of this rank, and the memory of their gradients.
  var exchangePlan: ExchangePlan { memoryPlan.exchangePlan }

  /// The places of the ranks of this rank's lane; empty where this rank is in no lane.
  var lanePlaces: [Int] { job.lane.map { lane in job.teams.map { $0.lowerBound + lane } } ?? [] }

  /// For an all-reduce: for each team, the ranges of the team's memory that the team's rank in `lane` sends
  /// to report on a batch of `count` samples: that rank's verdict and, in lane 0, the team's losses and
  /// requests.
  func reportRanges(lane: Int, ofBatch count: Int) -> [[Range<Int>]] {
    job.teams.enumerated().map { team, places in
      let samples = job.shard(ofTeam: team).part(of: 0..<count)
      return report.gatheredRanges(
        lane == 0 ? samples : 0..<0, places: lane == 0 ? places : 0..<0,
        verdictOf: places.lowerBound + lane
      ).map { $0.shifted(by: memoryPlan.report.lowerBound) }
    }
  }
}

extension Range<Int> {
  /// The range that begins `distance` further on.
  func shifted(by distance: Int) -> Range<Int> { lowerBound + distance..<upperBound + distance }
}

extension JobShape {
  /// The exchange of a job at `site`; collective over the lane. The exchange adds its groups to `messages`,
  /// the lane's; these are nil for a lone team, and for a rank in no lane.
  func makeExchange<Messages: LaneMessages & ~Copyable>(
    _ site: ExchangeSite, _ messages: consuming Messages?
  ) throws -> any Exchange {
    guard site.job.teamCount > 1 else { return Alone(site) }
    switch exchange {
    case .allReduce: return try AllReduce(site, wire: wire, messages: messages)
    case .allGather: return try AllGather(site, messages)
    }
  }
}
