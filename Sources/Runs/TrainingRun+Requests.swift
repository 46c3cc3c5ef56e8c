internal import Checkpoints
internal import Engine
internal import MPI
internal import Platform
internal import Ranks

// When a run saves and ends.

extension TrainingRun {
  /// Begins to write the checkpoint of the last step taken; collective.
  ///
  /// Other ranks may begin the next step meanwhile, but parameters and moments change only after a barrier
  /// that rank zero enters once it has copied them.
  mutating func save(testLoss: Double? = nil, validationLoss: Double? = nil) throws {
    try trainer.completeReplica()
    guard let saver = outputs?.saver else { return }
    RankActivity.own.during(.saving) {
      saver.save(
        trainer.replica, at: trainer.progress, testLoss: testLoss, validationLoss: validationLoss,
        best: best)
    }
    lastSave = .now
  }

  /// Whether the run has made as many steps as ``RunRequest/maxSteps`` allows.
  var isAtMaxSteps: Bool { request.maxSteps.map { trainer.progress.step >= $0 } ?? false }

  /// Whether nothing is left to train; the same on all ranks.
  var isComplete: Bool {
    trainer.progress.epoch >= configuration.epochs || isAtMaxSteps || patience != nil
  }

  /// Whether to end after an epoch though something is left to train: some rank was asked to stop in the
  /// epoch's last step or after it. Collective.
  func isToStop() throws -> Bool {
    if isComplete { return false }
    return try RankActivity.own.during(.waitingForAll) {
      try communicator.allReduce(Int64(isAskedToStop ? 1 : 0), .max) > 0
    }
  }

  /// Whether this rank was asked to stop; on rank zero also whether the time is over, or a log or checkpoint
  /// could not be written.
  var isAskedToStop: Bool {
    if stopSignal.isRequested { return true }
    guard let outputs else { return false }
    let isLate =
      request.stopAfter.map { ContinuousClock.now - stopSignal.start >= .seconds($0) } ?? false
    return isLate || outputs.saver.hasFailed
      || outputs.isLogRefused && configuration.maxSaveFailures == 0
  }

  /// On rank zero, whether a checkpoint is due by the clock and none is being written, which the next would
  /// have to wait for; false on the other ranks.
  var isSaveDue: Bool {
    guard let saver = outputs?.saver, !saver.isBusy else { return false }
    return configuration.checkpointEvery.isDue(after: ContinuousClock.now - lastSave)
  }
}
