package import Kernels
internal import MPI
internal import VAE

/// What teams send one another in a step.
public enum ExchangeMode: String, Codable, Sendable, CaseIterable {
  /// Gradients of their samples, which are added up: as many bytes whatever the batch. Additions
  /// are in an order that depends on the teams, and so do the model's last bits.
  case allReduce = "all-reduce"
  /// Layer inputs and deltas, 10 KB an image, and then new parameters: every tile of the gradient
  /// is computed once, over the whole batch, by one team. The model's bits are those of a lone
  /// team.
  case allGather = "all-gather"

  /// The number formats in which it can send: bf16 is for gradients, which are rounded on the way.
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
/// Every rank makes all calls, in the same order. Those of a lane exchange messages in them; a rank that is
/// in no lane exchanges none.
///
/// A new kind is a file, a case of ``ExchangeMode``, and what the compiler then asks for in this file.
protocol Exchange: AnyObject {
  /// Fetches the other teams' layer inputs, deltas and losses of a batch of `count` samples into this
  /// team's memory, where the teams share the tiles: ``ExchangePlan/sharesTiles``.
  func gatherSamples(_ count: Int) throws

  /// Updates the replica of every team with the gradient of `batch`.
  ///
  /// `gradient` computes the gradient of a tile over the samples that the team has. `update` changes the
  /// tile's parameters by its gradient over the whole batch; it is not called where a loss of the batch
  /// is not finite. Both are called on all threads of `workers` at once, each tile by one. `adopt` is
  /// called on the main thread, for each tile whose new parameters have come from another team.
  func applyGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: (Worker, GradientTile, Vector) -> Void, update: (GradientTile, Vector) -> Void,
    adopt: (GradientTile) -> Void
  ) throws

  /// Fetches the optimizer's moments that other teams have updated, where the teams share the tiles.
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
  func gatherMoments() {}
  func reduceNothing() {}
}

/// A batch as a team sees it: its size, and the positions over which the team sums gradients: all in a lone
/// team and in an all-gather, its own shard in an all-reduce.
struct BatchExtent {
  /// The samples of the batch.
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

  /// The tiles of the rank's lane in each team; none of a rank that is in no lane.
  let tiles: [[GradientTile]]

  /// The order in which the rank computes its own tiles.
  let order: TilePlan

  /// The floats of the rank's gradients, sums and messages.
  let floats: Int

  /// The plan for the teams of `job` and the model of `layout`.
  init(_ shape: JobShape, _ job: JobLayout, layout: ParameterLayout) {
    switch shape.exchange {
    case .allReduce where job.teamCount > 1:
      self.init(repeatingTilesOf: layout, job, wire: shape.wire)
    case .allReduce, .allGather: self.init(dealingTilesOf: layout, job)
    }
  }

  /// The plan in which each tile falls to one rank of the job, which computes it over the whole batch and
  /// updates it. The ranks of a lone team have all tiles.
  private init(dealingTilesOf layout: ParameterLayout, _ job: JobLayout) {
    let hands = TilePlan.deal(layout.tiles, to: job.teamCount * job.laneCount)
    tiles = (0..<job.teamCount).map { team in
      job.lane.map { hands[team * job.laneCount + $0] } ?? []
    }
    order = TilePlan(applyingAtOnce: tiles[job.team], threads: job.threads)
    floats = order.floats
    sharesTiles = job.teamCount > 1
  }

  /// The plan in which every team computes and updates all tiles, over its own samples.
  private init(repeatingTilesOf layout: ParameterLayout, _ job: JobLayout, wire: Precision) {
    let own = job.lane.map { TilePlan.deal(layout.tiles, to: job.laneCount)[$0] } ?? []
    tiles = Array(repeating: own, count: job.teamCount)
    order = TilePlan(keeping: own, threads: job.threads)
    floats = GradientCodec.floats(
      order.buckets, team: job.team, of: job.teamCount, precision: wire)
    sharesTiles = false
  }
}

/// What an exchange works on.
struct ExchangeSite {
  /// The model's parameters.
  let layout: ParameterLayout
  /// Where this rank stands.
  let job: JobLayout
  /// The team's memory.
  let memory: Vector
  /// Where its parts lie.
  let regions: MemoryPlan
  /// The activations in that memory.
  let activations: Activations
  /// The report in that memory.
  let report: TeamReport
  /// The sizes of batches for which messages are prepared: a full one, an epoch's last, and the last of an epoch
  /// that is resumed.
  let batchCounts: Set<Int>

  /// The tiles of this rank, and the memory of their gradients.
  var plan: ExchangePlan { regions.exchangePlan }

  /// The places of the ranks of this rank's lane; none where it is in no lane.
  var lanePlaces: [Int] { job.lane.map { lane in job.teams.map { $0.lowerBound + lane } } ?? [] }

  /// For each team, the ranges of the team's memory that its rank of `lane` sends to report on a batch of
  /// `count` samples where teams do not gather samples: the rank's verdict and, in lane 0, the team's
  /// losses and requests.
  func reportRanges(lane: Int, ofBatch count: Int) -> [[Range<Int>]] {
    job.teams.enumerated().map { team, places in
      let samples = job.shard(ofTeam: team).part(of: 0..<count)
      return report.gatheredRanges(
        lane == 0 ? samples : 0..<0, places: lane == 0 ? places : 0..<0,
        verdictOf: places.lowerBound + lane
      ).map { $0.shifted(by: regions.report.lowerBound) }
    }
  }
}

extension Range<Int> {
  /// The range that begins `distance` further on.
  func shifted(by distance: Int) -> Range<Int> { lowerBound + distance..<upperBound + distance }
}

extension JobShape {
  /// The exchange of a job at `site`; collective over the lane. `messages` are the lane's, to which the
  /// exchange adds its groups; nil for a lone team, and for a rank in no lane.
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
