internal import Checkpoints
internal import Formats
internal import Images
internal import Inference
internal import Logging
package import MPI
internal import Platform
internal import Ranks

/// A page that shows how a run went and what came of it: `report.html`.
///
/// It is made of what the run directory has and of what its newest checkpoint can draw; what is
/// missing is left out, and said to be. The same directory and data give the same bytes, on any
/// number of ranks.
package enum RunReport {
  /// Writes the report of the run directory `run` to `output`, inside it where that is nil, each
  /// rank with `threads`; collective.
  ///
  /// `data` are the images to show the latent space of: nil for those that the run was trained on,
  /// if they are still there.
  ///
  /// `command` is what this rank was asked to do, which must be the same on all.
  ///
  /// - Returns: where it is.
  /// - Throws: on all ranks, where there is no run, its checkpoints are damaged, `data` cannot be
  ///   read or the report not be written.
  package static func write(
    ofRun run: String, data: String?, threads: Int, command: [String], to output: String?,
    among communicator: borrowing Communicator
  ) throws -> String {
    let output = output ?? "\(run)/\(RunFiles.report)"
    let sources = try communicator.valueOfRankZero { try Sources(run, data: data) }
    var pictures: ModelPictures?
    var missing = sources.missing
    if sources.hasCheckpoint {
      (pictures, missing) = try draw(
        run, sources, threads: threads, command: command, among: communicator)
    }
    try communicator.together {
      guard communicator.rank == 0 else { return }
      try write(
        RunRecord(run), pictures, modelDigest: sources.modelDigest, missing: missing, to: output)
    }
    return output
  }

  /// Writes the report that `record`, `pictures` and `modelDigest`, the SHA-256 of the model, make;
  /// `missing` is why some pictures are not there.
  package static func write(
    _ record: RunRecord, _ pictures: ModelPictures?, modelDigest: String?, missing: String?,
    to output: String
  ) throws {
    let contents = ReportContents(
      record: record, pictures: pictures, modelDigest: modelDigest, missing: missing)
    try OutputFile.replace(output) { try $0.write(contents.page.bytes) }
  }

  /// Draws with the newest checkpoint, and without data where they cannot be read and nobody has
  /// named them; collective.
  private static func draw(
    _ run: String, _ sources: Sources, threads: Int, command: [String],
    among communicator: borrowing Communicator
  ) throws -> (ModelPictures?, missing: String?) {
    let model = try TrainedModel(run, threads: threads, command: command, among: communicator)
    let inference = try InferenceSession(model.layout, model.parameters, threads: threads)
    do {
      let data = try model.readData(sources.data, .test, among: communicator)
      let pictures = try inference.pictures(
        of: data.splits[0], imageSize: model.imageSize, seed: model.seed, among: communicator)
      try data.free()
      return (pictures, nil)
    } catch let failure as SharedFailure where sources.data == nil {
      let missing = "The test images could not be used: \(failure.description)"
      do {
        let pictures = try inference.pictures(
          of: nil, imageSize: model.imageSize, seed: model.seed, among: communicator)
        return (pictures, missing)
      } catch is SharedFailure {
        return (nil, missing)
      }
    }
  }

  /// What a report can be made of, as rank zero finds it.
  private struct Sources: Codable {
    /// The SHA-256 of the newest checkpoint's model; nil where there is no checkpoint.
    var modelDigest: String?
    var data: String?

    init(_ run: String, data: String?) throws {
      guard try FileSystem.isThere(run) else {
        throw Failure(.inputOutput, "\(run): there is no run here; name a run directory")
      }
      guard RunFiles.isRun(run) else {
        throw Failure(
          .badData,
          "\(run): this is no run directory, which has \(RunFiles.configuration) and \(RunFiles.metrics); "
            + "name one")
      }
      modelDigest = try CheckpointReference.newest(inRun: run)?.modelDigest
      self.data = data
    }

    var hasCheckpoint: Bool { modelDigest != nil }

    /// Why there are no pictures of the model, if so.
    var missing: String? { hasCheckpoint ? nil : "The run directory has no checkpoint." }
  }
}
