internal import Images
package import Kernels
internal import MPI
internal import Ranks
package import VAE

/// The memory that training takes: the one place where it is added up, before any is allocated.
package struct TrainingMemory {
  /// The floats of the parts of a team's memory: replica, activations, report, norm.
  let shared: [Int]

  /// The images of a full batch.
  let batchSize: Int

  /// The most samples that a team's memory has.
  let capacity: Int

  /// The floats of a rank's own activations.
  let own: Int

  /// The floats of a rank's gradients, and of what of them travels.
  let message: Int

  /// The floats of a rank's forward passes at an epoch's end.
  let panel: Int

  /// The floats that rank zero saves checkpoints with.
  let saves: Int

  /// What a batch and a team of a job of `ranks` make of a model. `shard` is the team's part of a
  /// batch.
  package init(
    _ layout: ParameterLayout, batchSize: Int, shard: Shard, ranks: Int, lane: Lane,
    precision: Precision = .fp32, reserve: MemoryReserve
  ) {
    let capacity = lane.hasWholeBatch ? batchSize : shard.capacity(of: batchSize)
    self.batchSize = batchSize
    self.capacity = capacity
    shared = [
      Replica.count(layout, precision: precision),
      Activations.sharedCount(layout, capacity: capacity, precision: precision),
      TeamReport.count(batchSize: batchSize, ranks: ranks), GradientNorm.count(layout),
    ]
    own = Activations.ownCount(layout, capacity: capacity, precision: precision)
    message = GradientExchange.count(layout, lane)
    saves = reserve.onRoot
    panel = reserve.perRank
  }

  /// The bytes that all ranks of a team see.
  package var teamBytes: Int { shared.reduce(0, +) * MemoryLayout<Float>.stride }

  /// The bytes that each rank has beside them.
  package var rankBytes: Int { (own + message + panel) * MemoryLayout<Float>.stride }

  /// The bytes that rank zero has beside those.
  package var rootBytes: Int { saves * MemoryLayout<Float>.stride }

  /// Makes sure that every machine has what its ranks take; collective.
  ///
  /// - Throws: on all ranks, `Failure` with `unavailable`.
  func require(isLeader: Bool, among world: borrowing Communicator) throws {
    try MachineMemory.require(
      rankBytes + (isLeader ? teamBytes : 0) + (world.rank == 0 ? rootBytes : 0),
      sharing: isLeader ? 0 : teamBytes, for: "training this model",
      advice: "choose a smaller --hidden or --batch-size, or a larger machine", among: world)
  }
}
