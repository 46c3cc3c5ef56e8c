internal import Checkpoints
internal import Engine
internal import Formats
internal import Inference
internal import Logging
internal import MPI
internal import Platform
internal import Ranks
internal import Reports

extension TrainingRun {
  /// Waits until the last checkpoint is written; collective.
  ///
  /// - Throws: on all ranks, where the last checkpoint is not written, or not all that was logged.
  func finishSaves() throws {
    try RankActivity.own.during(outputs == nil ? .waitingForAll : .saving) {
      try communicator.together { try outputs?.finish() }
    }
  }

  /// Tells TensorBoard that the run has succeeded, if it has trained all epochs or needs no more; collective.
  func endEvents() throws {
    guard trainer.progress.epoch >= configuration.epochs || patience != nil else { return }
    try communicator.together {
      var summary = Summary()
      summary.addSuccess(at: EventLog.now)
      try outputs?.events?.append(summary, step: trainer.progress.step)
    }
  }

  /// Whether the run has a report that is as new as its newest checkpoint: a job that was killed in the end
  /// may have left none, or an earlier one. Collective.
  func hasReport() throws -> Bool {
    let isOld =
      outputs != nil
      && FileSystem.isOlder(
        "\(path)/\(RunFiles.report)", than: "\(path)/\(RunDirectory.latestName)/\(Checksums.name)")
    return try RankActivity.own.during(.waitingForAll) {
      try communicator.broadcast(Int64(isOld ? 1 : 0), from: 0) == 0
    }
  }

  /// Writes the report of the run, unless the request declines it; collective. A `SharedFailure` is logged as
  /// a warning and not thrown: the model is saved by now, so the run has succeeded.
  func writeReport() throws {
    guard request.report else { return }
    do {
      var inference = try InferenceSession(
        trainer.replica.layout, trainer.replica.parameters, shown: configuration.recipe.pixels,
        threads: request.threadsPerRank)
      let pictures = try inference.pictures(
        of: test, imageSize: imageSize, seed: configuration.recipe.seed, among: communicator)
      try communicator.together {
        guard let directory = outputs?.directory else { return }
        try directory.requirePlace()
        let missing = test == nil ? "The data have no test images." : nil
        try RunReport.write(
          RunRecord(path), pictures, modelDigest: outputs?.modelDigest, missing: missing,
          to: "\(path)/\(RunFiles.report)")
      }
    } catch let failure as SharedFailure {
      guard communicator.rank == 0 else { return }
      Logger.lockstep.tell(
        .warning, "the run is saved, its report could not be written: \(failure)")
    }
  }
}
