package import Checkpoints
internal import Engine
internal import Kernels
internal import Logging
package import MPI
package import Platform
internal import Ranks
internal import Reports

// What a run does about numbers that are wrong: see ``NonfinitePolicy``.

extension TrainingRun {
  /// A run from its beginning, or its last checkpoint, to its end. Where it goes back to a checkpoint, it is
  /// a run that is resumed, as if the same command were given again. Collective over `world`; parameters and
  /// errors are those of ``init(_:path:observer:stop:among:)`` and ``perform()``.
  ///
  /// - Throws: on all ranks, also where going back did not help, or did so too often.
  package static func perform(
    _ request: RunRequest, path: String, observer: any TrainingObserver, stop: StopSignal,
    among world: borrowing Communicator
  ) throws -> TrainingEnd {
    var request = request
    var troubles: [(step: Int, failure: Failure)] = []
    while true {
      let run = try TrainingRun(request, path: path, observer: observer, stop: stop, among: world)
      let policy = run.configuration.onNonfinite
      request = run.repetition
      if let last = troubles.last { run.noteRollback(after: last) }
      let end = try run.perform()
      guard let trouble = end.trouble else { return end }
      guard case .rollback(let most) = policy else { throw SharedFailure(trouble.failure) }
      if troubles.contains(where: { $0.step == trouble.step }) {
        throw SharedFailure(
          Failure(
            trouble.failure.code,
            "the same again after going back, so that this is no passing error of a machine: "
              + trouble.failure.sentence))
      }
      guard troubles.count < most else {
        throw SharedFailure(
          Failure(
            trouble.failure.code,
            "after going back \(Wording.count(troubles.count, "time")): " + trouble.failure.sentence
          ))
      }
      troubles.append(trouble)
      if world.rank == 0 {
        Logger.lockstep.tell(
          .warning,
          "goes back to the last checkpoint, or the beginning (\(troubles.count) of at most \(most) times): "
            + trouble.failure.sentence)
      }
    }
  }

  /// Logs that the run has gone back to where it begins.
  private func noteRollback(after trouble: (step: Int, failure: Failure)) {
    guard let outputs else { return }
    let row = TroubleRow(
      .rollback, epoch: trainer.progress.epoch + 1, step: trainer.progress.step, from: trouble.step,
      reason: String(trouble.failure.sentence.description.prefix { $0 != ";" }))
    write(to: outputs.metrics) { try outputs.metrics.append(row) }
  }

  /// Goes on after the batch whose step was not taken because of `problem`, where the policy is to skip it;
  /// the same on all ranks.
  ///
  /// - Throws: its failure, where it is not, or does not help: too many batches in a row, or parameters that
  ///   are not finite themselves.
  mutating func passOver(_ problem: StepProblem) throws {
    guard case .skip(let most) = configuration.onNonfinite, try areParametersFinite() else {
      throw SharedFailure(problem.failure)
    }
    guard passedOver < most else {
      let batches = Wording.count(passedOver, "batch", plural: "batches")
      throw SharedFailure(
        Failure(
          .disagreement,
          "\(problem.reason), after \(batches) in a row that were passed over, and "
            + "\(setting: .onNonfinite, configuration.onNonfinite.description) allows no more"))
    }
    passedOver += 1
    trainer.passOver()
    guard let outputs else { return }
    outputs.directory.note(step: trainer.progress.step)
    Logger.lockstep.tell(.warning, "passed over: \(problem.reason)")
    let row = TroubleRow(
      .skip, epoch: trainer.progress.epoch + 1, step: trainer.progress.step,
      reason: problem.reason.description)
    write(to: outputs.metrics) { try outputs.metrics.append(row) }
  }

  /// Whether the parameters of all teams are finite, of which a rank sees only its own; collective.
  private func areParametersFinite() throws -> Bool {
    let isFinite = trainer.replica.parameters.isFinite
    return try RankActivity.own.during(.waitingForAll) {
      try communicator.allReduce(Int64(isFinite ? 0 : 1), .max) == 0
    }
  }
}
