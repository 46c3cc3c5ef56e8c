internal import Images
internal import Kernels
package import MPI
internal import Ranks
internal import VAE

// What a trainer does beside its steps: to load and complete its replica, and to tell of itself.

extension Trainer {
  /// Draws the parameters with which training begins from the recipe's seed; collective.
  public mutating func initialize() throws {
    let (recipe, dataset) = (recipe, dataset)
    try fill { replica, _ in
      replica.layout.initialize(replica.parameters, seed: recipe.seed)
      guard recipe.outputBias == .mean else { return }
      replica.layout.setOutputBias(replica.parameters, toLogitsOf: dataset.meanPixels)
    }
  }

  /// Waits until all ranks have called this; collective over `world`, the ranks that train. Before the first
  /// exchange, the job ends with a sentence where some do not within ``ConnectionWatch/limit``.
  package func barrier(among world: borrowing Communicator) throws {
    if !hasExchanged { try team.meetLane() }
    try world.barrier()
  }

  /// Calls `read` on rank zero alone, to fill in parameters and moments, and sends these to all teams;
  /// collective over `world`, the ranks that train.
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
  /// is rank 0; then updates the copies of the weights, and waits for the team. Collective.
  private mutating func fill(
    _ body: (Replica, borrowing Communicator) throws -> Void
  ) throws {
    if team.layout.isLeader {
      try team.withLane { try body(replica, $0) }
      replica.layout.tiles.forEach(replica.updateCopies)
    }
    try memory.barrier(on: team.communicator)
  }

  /// Fetches the moments that other teams have updated, so that every team's ``replica`` is complete: in an
  /// all-gather the steps leave these moments out of date. Collective.
  package mutating func completeReplica() throws {
    try exchanges.completeReplica(&memory, team)
  }

  /// Where a run goes on that is resumed from the state as it is now: at the beginning of the next epoch,
  /// where the one under way is complete.
  package var resumableProgress: Progress { isEpochComplete ? progressAtNextEpoch : progress }

  /// The beginning of the next epoch, where this is the end of one.
  var progressAtNextEpoch: Progress {
    var next = progress.atNextEpoch
    if recipe.lossLimit != nil {
      let losses = progress.losses
      next.lastMean = losses.count > 0 ? losses.mean.total : progress.lastMean
    }
    return next
  }

  /// Where this rank stands in the job.
  package var job: JobLayout { team.layout }

  /// The positions in a full batch that fall to the rank at `place`.
  package func positions(ofPlace place: Int) -> Range<Int> {
    team.layout.positions(
      ofPlace: place, in: 0..<batches.batchSize, divided: exchanges.plan.division)
  }

  /// Whether it is known which exchange teams are to use.
  package var hasChosenExchange: Bool { !exchanges.isUnderWay }

  /// The exchange in use; nil where there is one team.
  package var exchangeMode: ExchangeMode? { exchanges.plan.way.mode }

  /// Which exchange teams use, and why.
  public var exchangeChoice: ExchangeChoice { exchanges.choice }

  /// The Euclidean norm of the last step's gradient, which is the mean over the batch, before it was clipped;
  /// of use on rank zero alone, and only after a step with `isMeasured`. Nil where the norm is not finite.
  /// Collective.
  public func gradientNorm() throws -> Double? {
    let plan = exchanges.plan
    return try norm.value(team, lacksTiles: plan.sharesTiles && !plan.keepsGradients)
  }

  /// The bytes that this rank gives MPI for other teams in a step on a full batch.
  package var exchangeBytes: Int { exchanges.current.sentBytes(batches.batchSize) }

  /// For measurements: adds up zeros over the teams as a step adds up gradients; does nothing without an
  /// all-reduce. Collective.
  package mutating func reduceNothing() throws { try exchanges.current.reduceNothing() }
}

extension Trainer {
  /// What the divergence counts in step number `step`, counted from 1.
  package func divergenceWeight(step: Int) -> Double {
    recipe.divergenceWeight(step: step, batches: batches.batchCount)
  }

  /// How many images an epoch has.
  public var imageCount: Int { dataset.count }

  /// How many images there are, with those that are held out of training.
  package var allImageCount: Int { dataset.count + (validation?.count ?? 0) }

  /// The size of an image in pixels.
  package var imageShape: (rows: Int, columns: Int) { (dataset.rows, dataset.columns) }

  /// The seconds that this rank has spent in steps so far, by stage: the mean of its threads.
  public var stageTimes: StageTimes { workers.stageTimes }
}
