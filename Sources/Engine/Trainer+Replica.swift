internal import Images
internal import Kernels
package import MPI
internal import Ranks
internal import VAE

// What a trainer does beside its steps: to load and complete its replica, and to tell of itself.

extension Trainer {
  /// Draws the parameters from the recipe's seed, with which training begins; collective.
  public mutating func initialize() throws {
    let seed = recipe.seed
    try fill { replica, _ in replica.layout.initialize(replica.parameters, seed: seed) }
  }

  /// Takes over parameters and moments that `read` fills in on rank zero; collective over `world`,
  /// the ranks that train.
  ///
  /// - Throws: on all ranks, `SharedFailure` where `read` throws.
  package mutating func load(
    among world: borrowing Communicator, reading read: (Replica) throws -> Void
  ) throws {
    try world.together { if world.rank == 0 { try read(replica) } }
    try fill { replica, leaders in
      for vector in [replica.parameters, replica.firstMoment, replica.secondMoment] {
        try vector.withMutableSpan { span throws(MPIError) in
          try leaders.broadcast(&span, from: 0)
        }
      }
    }
  }

  /// Calls `body` on every team's leader with the communicator of the leaders, in which rank zero of the job
  /// is rank 0; then updates the copies of the weights, and waits for the team.
  private mutating func fill(
    _ body: (Replica, borrowing Communicator) throws -> Void
  ) throws {
    if team.layout.isLeader {
      try team.withLane { try body(replica, $0) }
      replica.layout.tiles.forEach(replica.updateCopies)
    }
    try memory.barrier(on: team.communicator)
  }

  /// Fetches the moments that other teams have updated, so that every team's ``replica`` is complete.
  /// Collective.
  package mutating func completeReplica() throws {
    guard need.exchangePlan.sharesTiles else { return }
    try exchange.gatherMoments()
    try memory.barrier(on: team.communicator)
  }

  /// Where this rank stands in the job.
  package var job: JobLayout { team.layout }

  /// The Euclidean norm of the last step's gradient, the mean over its batch, if that was measured:
  /// on rank zero. Collective.
  public func gradientNorm() throws -> Double? {
    try norm.value(team, sharesTiles: need.exchangePlan.sharesTiles)
  }

  /// The bytes that this rank gives MPI for other teams in a full step.
  package var exchangeBytes: Int { exchange.sentBytes(batches.batchSize) }

  /// Adds zeros up over the teams as a step does with gradients: for measurements. Collective.
  package mutating func reduceNothing() throws { try exchange.reduceNothing() }
}

extension Trainer {
  /// The number of images in an epoch.
  public var imageCount: Int { dataset.count }

  /// The size of an image in pixels.
  package var imageShape: (rows: Int, columns: Int) { (dataset.rows, dataset.columns) }

  /// Where this rank's time in steps went.
  public var stageTimes: StageTimes { workers.stageTimes }
}
