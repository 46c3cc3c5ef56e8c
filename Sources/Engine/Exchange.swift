package import Kernels
internal import MPI
internal import VAE

/// What teams send one another in a step. The model's bits are the same either way, and those of a lone team.
public enum ExchangeMode: String, Codable, Sendable, CaseIterable {
  /// The faster of the two, which take turns in the first steps.
  case auto
  /// The gradients of each team's own samples, which are added up, and the sums: as many bytes whatever the
  /// batch.
  case allReduce = "all-reduce"
  /// Layer inputs and deltas, 10 KB an image in the default model, and then new parameters: every tile of the
  /// gradient is computed once, over the whole batch, by one team.
  case allGather = "all-gather"

  /// The number formats in which teams can send in this mode: bf16 is for gradients, which are rounded on the
  /// way, so that the bits depend on the number of teams.
  package var wires: [Precision] {
    switch self {
    case .auto, .allReduce: [.fp32, .bf16]
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
/// A new kind is a file, a case of ``ExchangeWay``, and what the compiler then asks for.
protocol Exchange: AnyObject {
  /// Where teams share the tiles (``ExchangePlan/sharesTiles``): fetches the lane's part of the other teams'
  /// layer inputs, deltas, losses and requests for a batch of `count` samples. All is there after a barrier
  /// of the team.
  func gatherSamples(_ count: Int) throws

  /// Updates the replica of every team with the gradient of `batch`; the replica is complete after a barrier
  /// of the team.
  ///
  /// `gradient` computes the gradient of a tile; `update` changes the tile's parameters by its gradient over
  /// the whole batch, and is not called where a loss of the batch is not sound. Both are called on all
  /// threads of `workers` at once, for each tile on one thread. `adopt` is called on the main thread, for
  /// each tile whose new parameters have come from another team.
  func applyGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: TileGradient, update: (GradientTile, Vector) -> Void,
    adopt: (GradientTile) -> Void
  ) throws

  /// The first half of ``applyGradient(of:_:gradient:update:adopt:)``, for updates that need the norm of the
  /// whole gradient: computes the gradient of `batch` and keeps it, which the plan must have room for. `note`
  /// is called as `update` is there, whether or not all losses are sound. All that this rank's team noted is
  /// there after a barrier of the team.
  func keepGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: TileGradient, note: (GradientTile, Vector) -> Void
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

  /// Forgets what earlier steps have left for later ones, after a step that was not taken.
  func forgetRounding()

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
  func forgetRounding() {}
  func reduceNothing() {}
}

/// Computes the gradient of a tile, into the vector, over some rows of its layer's matrices: those of samples
/// that the team has, counted from the first.
typealias TileGradient = (Worker, GradientTile, _ rows: Range<Int>, Vector) -> Void

/// A batch as a team sees it: its size, and the positions over which the team sums gradients: all positions
/// in a lone team and in an all-gather, the team's own shard in an all-reduce.
struct BatchExtent {
  /// How many samples the batch has.
  let count: Int
  /// The positions, counted from the batch's first.
  let positions: Range<Int>
}

/// What an exchange works on.
struct ExchangeSite {
  /// Where this rank stands.
  let job: JobLayout
  /// The ranks of this rank's lane, by their numbers in the job; none where this rank is in no lane.
  let lane: LaneRanks
  /// The team's memory.
  let memory: Vector
  /// Where the parts of the team's memory lie.
  let memoryPlan: MemoryPlan
  /// Memory of this rank alone, for its gradients, of ``MemoryPlan/gradientFloats``. Exchanges that take
  /// turns share it; in the beginning it is zero.
  let gradients: Vector
  /// The activations in the team's memory.
  let activations: Activations
  /// The report in the team's memory.
  let report: TeamReport
  /// The sizes of batches for which messages are prepared: a full one, the last of an epoch, and the last of
  /// a resumed epoch.
  var batchCounts: Set<Int> { memoryPlan.batchCounts }

  /// The places of the ranks of this rank's lane; empty where this rank is in no lane.
  var lanePlaces: [Int] { job.lane.map { lane in job.teams.map { $0.lowerBound + lane } } ?? [] }

  /// For an all-reduce: for each team, the ranges of the team's memory that the team's rank in `lane` sends
  /// to report on a batch of `count` samples: that rank's verdict and, in lane 0, the team's losses and
  /// requests.
  func reportRanges(
    lane: Int, ofBatch count: Int, divided division: BatchDivision
  ) -> [[Range<Int>]] {
    job.teams.enumerated().map { team, places in
      let samples = job.positions(ofTeam: team, in: 0..<count, divided: division)
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

extension ExchangePlan {
  /// The exchange of this plan at `site`; collective over the lane. The exchange adds its groups to
  /// `messages`, the lane's; these are nil for a lone team, and for a rank in no lane.
  func makeExchange<Messages: LaneMessages & ~Copyable>(
    _ site: ExchangeSite, _ messages: consuming Messages?
  ) throws -> any Exchange {
    switch way {
    case .alone: Alone(site, self)
    case .allReduce: try AllReduce(site, self, messages: messages)
    case .allGather: try AllGather(site, self, messages)
    }
  }
}
