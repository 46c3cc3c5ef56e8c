internal import Checkpoints
internal import Engine
internal import Inference
internal import Logging
internal import MPI
internal import Platform
internal import Ranks
internal import Reports

extension TrainingRun {
  /// Writes the report of a run that has come to its end; collective.
  ///
  /// All that matters is saved by now: where it fails, the run has succeeded all the same, and a
  /// sentence tells.
  func writeReport() throws {
    guard request.report else { return }
    do {
      let inference = try InferenceSession(
        trainer.replica.layout, trainer.replica.parameters,
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
      Logger(label: "lockstep").warning(
        "the run is saved, its report could not be written: \(failure.description)")
    }
  }
}
