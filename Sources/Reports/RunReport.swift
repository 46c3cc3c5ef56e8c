internal import Checkpoints
internal import Formats
internal import Images
package import Inference
internal import Logging
package import MPI
package import Platform
internal import Ranks

/// The page `report.html`, which shows how a run went and what its model does.
///
/// It is made from the files of the run directory and from pictures that are drawn with the newest
/// checkpoint's model. The page says what is missing, and why. The same directory and data give the
/// same bytes, on any number of ranks.
package struct RunReport {
  /// The words of the program that writes the report.
  private let vocabulary: Vocabulary

  /// A report with sentences in the words of `vocabulary`.
  package init(in vocabulary: Vocabulary) { self.vocabulary = vocabulary }

  /// Writes the report of a run; collective.
  ///
  /// - Parameters:
  ///   - run: the run directory.
  ///   - data: the images whose codes are shown; where no place is named, the run's images, if these can
  ///     still be read.
  ///   - threads: the threads of each rank that draws.
  ///   - command: the words of this rank's command line, which must be the same on all ranks.
  ///   - output: the file to write; nil for `report.html` in the run directory.
  ///   - communicator: the ranks.
  /// - Returns: the path of the report, on all ranks.
  /// - Throws: on all ranks, where there is no run, its checkpoints are damaged, `data` cannot be read, or
  ///   the report cannot be written.
  package func write(
    ofRun run: String, data: AskedImages, threads: Int, command: [String], to output: String?,
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
      try Self.write(
        RunRecord(run), pictures, modelDigest: sources.modelDigest, missing: missing, to: output)
    }
    return output
  }

  /// Writes a report to `output`, on rank zero alone. For the other parameters, see ``ReportContents``.
  package static func write(
    _ record: RunRecord, _ pictures: ModelPictures?, modelDigest: String?, missing: String?,
    to output: String
  ) throws {
    let contents = ReportContents(
      record: record, pictures: pictures, modelDigest: modelDigest, missing: missing)
    try OutputFile.replace(output) { try $0.write(contents.page.bytes) }
  }

  /// Draws the pictures of the newest checkpoint; collective. Where the run's own data cannot be read, only
  /// pictures that need no data are drawn; data that the user has named must be readable.
  ///
  /// - Returns: the pictures on rank zero, nil where none can be drawn; and why some are missing, nil where
  ///   none are.
  private func draw(
    _ run: String, _ sources: Sources, threads: Int, command: [String],
    among communicator: borrowing Communicator
  ) throws -> (ModelPictures?, missing: String?) {
    let model = try TrainedModel(run, threads: threads, command: command, among: communicator)
    var inference = try InferenceSession(
      model.layout, model.parameters, shown: model.shown, threads: threads)
    do {
      let data = try model.readData(sources.data, .test, among: communicator)
      let pictures = try inference.pictures(
        of: data.splits[0], imageSize: model.imageSize, seed: model.seed, among: communicator)
      try data.free()
      return (pictures, nil)
    } catch let failure as SharedFailure where sources.data.path == nil {
      let missing =
        "The test images could not be used: \(failure.failure.sentence.text(in: vocabulary))"
      do {
        let pictures = try inference.pictures(
          of: nil, imageSize: model.imageSize, seed: model.seed, among: communicator)
        return (pictures, missing)
      } catch is SharedFailure {
        return (nil, missing)
      }
    }
  }

  /// What rank zero finds out about a run before the report is made, and tells all ranks.
  private struct Sources: Codable {
    /// The SHA-256 of the newest checkpoint's model; nil where there is no checkpoint.
    var modelDigest: String?
    /// What the user has said of the images.
    var data: AskedImages

    init(_ run: String, data: AskedImages) throws {
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

    /// Why there are no pictures of the model; nil where they can be drawn.
    var missing: String? { hasCheckpoint ? nil : "The run directory has no checkpoint." }
  }
}
