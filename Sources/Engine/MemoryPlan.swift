internal import Kernels
internal import MPI
internal import Platform
internal import Ranks
package import VAE

/// The memory that training takes: the one place where it is added up, before any is allocated.
package struct MemoryPlan {
  /// The layout of the model's parameters.
  let layout: ParameterLayout

  // Where the parts of a team's memory lie, in floats from its beginning.

  /// The parameters and the optimizer's moments: ``Replica``.
  let replica: Range<Int>
  /// The layer inputs and deltas that the team's ranks share.
  let activations: Range<Int>
  /// Losses and requests: ``TeamReport``.
  let report: Range<Int>
  /// The norm of each tile's gradient: ``GradientNorm``.
  let norms: Range<Int>

  /// How many images a full batch has, over all ranks.
  let batchSize: Int

  /// How many samples a team's memory has room for.
  let capacity: Int

  /// The floats of the activations that this rank shares with no other.
  let ownActivations: Int

  /// The sizes that batches can have.
  let batchCounts: Set<Int>

  /// The exchanges from which training chooses: the tiles that fall to this rank, and the memory of their
  /// gradients.
  let exchangePlans: [ExchangePlan]

  /// Why these.
  let exchangeChoice: ExchangeChoice

  /// Memory that the job takes beside training.
  private let reserve: MemoryReserve

  /// Adds up what a rank of `job` and its team need to train the model of `layout` by `recipe`, on batches of
  /// `batchCounts` images.
  package init(
    _ layout: ParameterLayout, _ recipe: Recipe, batchCounts: Set<Int>, job: JobLayout,
    shape: JobShape
  ) {
    let (precision, draws) = (recipe.precision, recipe.importanceSamples)
    let batchSize = batchCounts.max() ?? 0
    self.layout = layout
    let task = ExchangeTask(
      job: job, layout: layout, wire: shape.wire, precision: precision, draws: draws,
      keepsGradients: recipe.clipGradient != nil, batchCounts: batchCounts)
    exchangeChoice = ExchangeChoice(shape.exchange, task)
    let exchangePlans = exchangeChoice.ways.map { ExchangePlan($0, task) }
    let capacity =
      exchangePlans.map { plan in
        plan.holdsWholeBatch
          ? batchSize
          : batchCounts.map {
            job.positions(ofTeam: job.team, in: 0..<$0, divided: plan.division).count
          }.max() ?? 0
      }.max() ?? 0
    var end = 0
    func region(_ count: Int) -> Range<Int> {
      defer { end += count }
      return end..<end + count
    }
    replica = region(Replica.count(layout, precision: precision))
    activations = region(
      Activations.sharedCount(
        layout, capacity: capacity, draws: draws, precision: precision))
    report = region(TeamReport.count(batchSize: batchSize, ranks: job.rankCount))
    norms = region(GradientNorm.count(layout))
    ownActivations = Activations.ownCount(
      layout, capacity: capacity, draws: draws, precision: precision)
    (self.batchSize, self.capacity, reserve) = (batchSize, capacity, shape.reserve)
    (self.batchCounts, self.exchangePlans) = (batchCounts, exchangePlans)
  }

  /// The floats of a team's memory, which all its ranks see.
  var teamFloats: Int { norms.upperBound }

  /// The bytes of a team's memory.
  package var teamBytes: Int { teamFloats * MemoryLayout<Float>.stride }

  /// The floats of a rank's gradients, sums and messages, in the exchange that needs the most.
  var gradientFloats: Int { exchangePlans.map(\.floats).max() ?? 0 }

  /// The bytes that each rank takes beside the team's memory.
  package var rankBytes: Int {
    (ownActivations + gradientFloats + reserve.perRank) * MemoryLayout<Float>.stride
  }

  /// The bytes that rank zero takes beside ``teamBytes`` and ``rankBytes``.
  package var rootBytes: Int { reserve.onRoot * MemoryLayout<Float>.stride }

  /// The bytes that a machine takes at least for a model of images of `pixels` pixels: those of the weights
  /// that read and draw each pixel, and of their moments.
  ///
  /// Unlike the whole plan, this takes no memory itself, however large an image is.
  package static func leastBytes(_ recipe: Recipe, pixels: Int) -> Int {
    let floats = 3 * 2 * recipe.hidden.all[0]
    let (bytes, overflow) = pixels.multipliedReportingOverflow(
      by: floats * MemoryLayout<Float>.stride)
    return overflow ? .max : bytes
  }

  /// Makes sure that every machine has the memory that its ranks take; `isLeader` is whether this rank is its
  /// team's leader. Collective.
  ///
  /// - Throws: on all ranks, `SharedFailure` with `unavailable`.
  func require(isLeader: Bool, among world: borrowing Communicator) throws {
    try MachineMemory.require(
      rankBytes + (isLeader ? teamBytes : 0) + (world.rank == 0 ? rootBytes : 0),
      sharing: isLeader ? 0 : teamBytes, for: "training this model",
      advice: "choose a smaller \(setting: .hidden), \(setting: .batchSize) or "
        + "\(setting: .importanceSamples), or a larger machine",
      among: world)
  }
}

/// Memory that a job takes beside training itself, which is counted before training begins.
package struct MemoryReserve: Sendable, Encodable {
  /// Floats on every rank.
  package var perRank: Int

  /// Floats on rank zero, beside ``perRank``.
  package var onRoot: Int

  /// Room for `perRank` floats on every rank and `onRoot` more on rank zero.
  package init(perRank: Int = 0, onRoot: Int = 0) {
    (self.perRank, self.onRoot) = (perRank, onRoot)
  }
}
