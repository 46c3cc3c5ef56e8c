package import Engine
internal import Formats
package import Kernels
package import Platform
package import VAE

/// A directory with all that is needed to resume a run: tensors, state and the checksums of both.
package enum Checkpoint {
  /// The parameters, under PyTorch's names.
  package static let modelName = "model.safetensors"

  /// The optimizer's moments: ``Replica/savedMoments(of:)``.
  static let optimizerName = "optimizer.safetensors"

  /// Where the run stands, its recipe, and the digests of its data: ``CheckpointState``.
  package static let stateName = "state.json"

  /// The files that the checksums cover, in their order.
  static let names = [modelName, optimizerName, stateName]

  /// The directory's name after `step` steps, as in `step-00000469`.
  static func directoryName(step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  /// The number of steps in the name of a checkpoint's directory; nil for any other name.
  static func step(ofDirectory name: String) -> Int? {
    guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)),
      name == directoryName(step: step)
    else { return nil }
    return step
  }

  /// The beginning of the names of directories in which a checkpoint is being written or removed.
  static let temporaryPrefix = ".unfinished-"
}

extension Checkpoint {
  /// Writes `replica` and `state` as a new directory in `parent`, completely or not at all.
  ///
  ///  1. All files are written to a temporary directory.
  ///  2. The files are brought to the disk, and `synchronize` is called.
  ///  3. The temporary directory is renamed. A checkpoint of the same step is replaced.
  ///
  /// - Parameters:
  ///   - replica: the parameters and moments.
  ///   - state: the state, with the number of steps that names the directory.
  ///   - parent: the run directory.
  ///   - rows: scratch memory of ``TensorFile/rowsCount(_:)`` floats for writing tensors.
  ///   - synchronize: brings those other files to the disk that must be there before the checkpoint.
  /// - Returns: the directory's name and the SHA-256 of its model. Until `parent` is brought to the disk,
  ///   a crash of the machine may still lose the checkpoint.
  /// - Throws: `Failure` or `FileError`; `parent` then still has the checkpoints that it had, whole.
  package static func write(
    _ replica: Replica, _ state: CheckpointState, in parent: String, rows: Vector,
    synchronize: () -> Void
  ) throws -> (name: String, modelDigest: String) {
    let name = directoryName(step: state.progress.step)
    let temporary = "\(parent)/\(temporaryPrefix)\(name)"
    if FileSystem.exists(temporary) { try FileSystem.remove(temporary) }
    try FileSystem.makeDirectory(temporary, withParents: false)
    do {
      let modelDigest = try writeFiles(replica, state, in: temporary, rows: rows)
      synchronize()
      try FileSystem.install(temporary, at: "\(parent)/\(name)")
      return (name, modelDigest)
    } catch {
      try? FileSystem.remove(temporary)
      guard let problem = error as? TensorFile.NotFinite else { throw error }
      throw Failure.notFinite("\(problem.subject) after step \(state.progress.step)")
    }
  }

  /// Writes the files of a checkpoint. All are written before the first is brought to the disk: meanwhile the
  /// system mostly brings the others there, too.
  ///
  /// - Returns: the SHA-256 of the model.
  private static func writeFiles(
    _ replica: Replica, _ state: CheckpointState, in directory: String, rows: Vector
  ) throws -> String {
    var model = try HashedFile(creating: "\(directory)/\(modelName)")
    try TensorFile.write(
      [.init(prefix: "", subject: "a parameter", floats: replica.parameters)], replica.layout,
      metadata: metadata(replica, state), to: &model, rows: rows)
    var optimizer = try HashedFile(creating: "\(directory)/\(optimizerName)")
    try TensorFile.write(
      replica.savedMoments(of: state.recipe.optimizer), replica.layout,
      metadata: ["format": "pt"], to: &optimizer, rows: rows)
    var progress = try HashedFile(creating: "\(directory)/\(stateName)")
    try progress.write(state.text)
    var sums = try HashedFile(creating: "\(directory)/\(Checksums.name)")
    let digests = [try model.digest(), try optimizer.digest(), try progress.digest()]
    try sums.write(Array(Checksums.list(Array(zip(names, digests))).utf8))
    try model.finish()
    try optimizer.finish()
    try progress.finish()
    try sums.finish()
    try OutputFile.synchronizeDirectory(of: "\(directory)/")
    return digests[0]
  }

  private static func metadata(_ replica: Replica, _ state: CheckpointState) -> [String: String] {
    let model = replica.layout.configuration
    var metadata = [
      "format": "pt", "lockstep.pixels": "\(model.pixels)", "lockstep.hidden": "\(model.hidden)",
      "lockstep.latent": "\(model.latent)", "lockstep.seed": "\(state.recipe.seed)",
    ]
    // A setting that has the value of earlier versions is not written: so published models keep their bits.
    for figure in state.recipe.figures where figure.differsFromAbsence {
      metadata["lockstep.\(figure.key)"] = figure.text
    }
    if let size = state.imageSize {
      metadata["lockstep.rows"] = "\(size.rows)"
      metadata["lockstep.columns"] = "\(size.columns)"
    }
    return metadata
  }
}

extension Checkpoint {
  /// The floats of memory that saving states of `layout` takes: a copy of the tensors, and the rows through
  /// which the copy is written.
  package static func saveCount(_ layout: ParameterLayout) -> Int {
    Replica.count(layout) + TensorFile.rowsCount(layout)
  }
}

extension Failure {
  /// The failure where `subject`, which a checkpoint would have, is not finite: no checkpoint is written,
  /// since training could not be resumed from it.
  package static func notFinite(_ subject: String) -> Failure {
    Failure(
      .disagreement,
      "\(subject) is not finite, so nothing was saved; begin anew with a smaller \(setting: .learningRate), "
        + "in another \(setting: .run), or with \(setting: .initialParameters) from a checkpoint's model.safetensors"
    )
  }
}

extension Checkpoint {
  /// Reads the parameters and moments of the checkpoint `directory` into `replica`, whose other moments stay
  /// as they are; its checksums are not verified here.
  package static func read(_ directory: String, into replica: Replica) throws {
    let model = try SafetensorsFile(opening: "\(directory)/\(modelName)")
    try TensorFile.read([("", replica.parameters)], replica.layout, from: model)
    let optimizer = try SafetensorsFile(opening: "\(directory)/\(optimizerName)")
    let kind = OptimizerKind.allCases.first { kind in
      let prefix = replica.savedMoments(of: kind)[0].prefix
      return optimizer.tensors.contains { $0.name.hasPrefix(prefix) }
    }
    try TensorFile.read(
      replica.savedMoments(of: kind ?? .adam).map { ($0.prefix, $0.floats) }, replica.layout,
      from: optimizer)
  }
}
