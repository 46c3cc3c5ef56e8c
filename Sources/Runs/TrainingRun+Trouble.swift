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
  /// A run from its beginning, or its last checkpoint, to its end. Where it goes back to a checkpoint, it is a run
  /// that is resumed, as if the same command were given again. Collective over `world`; parameters and errors are
  /// those of ``init(_:path:observer:stop:among:)`` and ``perform()``.
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
      guard troubles.count < most else { throw SharedFailure(trouble.failure) }
      troubles.append(trouble)
      request.resume = .auto
      if world.rank == 0 {
        Logger.lockstep.tell(
          .warning,
          "goes back to the last checkpoint, for the \(troubles.count) of at most \(most) times: "
            + trouble.failure.sentence)
      }
    }
  }

  /// Logs that the run has gone back to where it begins.
  private func noteRollback(after trouble: (step: Int, failure: Failure)) {
    guard let outputs else { return }
    let row = TroubleRow(
      .rollback, epoch: trainer.progress.epoch + 1, step: trainer.progress.step, from: trouble.step,
      reason: trouble.failure.sentence.description)
    write(to: outputs.metrics) { try outputs.metrics.append(row) }
  }

  /// Goes on after the batch whose step was not taken because of `problem`, where the policy is to skip it; the same
  /// on all ranks.
  ///
  /// - Throws: its failure, where it is not, or does not help: too many batches in a row, or parameters that are not
  ///   finite themselves.
  mutating func passOver(_ problem: StepProblem) throws {
    guard case .skip(let most) = configuration.onNonfinite, passedOver < most,
      trainer.replica.parameters.isFinite
    else { throw SharedFailure(problem.failure) }
    passedOver += 1
    trainer.passOver()
    guard let outputs else { return }
    Logger.lockstep.tell(.warning, "passed over: \(problem.reason)")
    let row = TroubleRow(
      .skip, epoch: trainer.progress.epoch + 1, step: trainer.progress.step,
      reason: problem.reason.description)
    write(to: outputs.metrics) { try outputs.metrics.append(row) }
  }
}
