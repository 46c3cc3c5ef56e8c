internal import Artifacts
internal import FoundationEssentials
internal import Kernels
internal import VAE

/// A directory with all that a run needs to go on: tensors, state and the checksums of both.
enum Checkpoint {
  /// The parameters, under PyTorch's names.
  static let modelName = "model.safetensors"

  /// Adam's moments, under PyTorch's names behind `exp_avg.` and `exp_avg_sq.`.
  static let optimizerName = "optimizer.safetensors"

  /// Where the run stands, and its recipe.
  static let stateName = "state.json"

  /// The files that the checksums cover.
  static let names = [modelName, optimizerName, stateName]

  /// The directory's name after `step` steps, as in `step-00000469`.
  static func directoryName(step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  /// The number of steps that a directory's name tells, if it is that of a checkpoint.
  static func step(ofDirectory name: String) -> Int? {
    guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)),
      name == directoryName(step: step)
    else { return nil }
    return step
  }

  /// Writes `replica` at `progress` as a new directory of `parent`, whole or not at all.
  ///
  /// Everything is written to a temporary directory and brought to the disk; one rename then makes
  /// it the checkpoint. A checkpoint of the same step is replaced.
  ///
  /// - Returns: the directory's name.
  /// - Throws: `Failure` or `ArtifactError`; what was there before is then untouched.
  static func write(
    _ replica: Replica, at progress: Progress, recipe: Recipe, arithmetic: Arithmetic,
    in parent: String
  ) throws -> String {
    let name = directoryName(step: progress.step)
    let temporary = "\(parent)/\(temporaryPrefix)\(name)"
    if FileSystem.exists(temporary) { try FileSystem.remove(temporary) }
    try FileSystem.makeDirectory(temporary)
    do {
      try writeFiles(
        replica,
        CheckpointState(
          progress: progress, recipe: recipe, pixels: replica.layout.configuration.pixels,
          arithmetic: arithmetic), in: temporary)
      try FileSystem.install(temporary, at: "\(parent)/\(name)")
    } catch {
      try? FileSystem.remove(temporary)
      throw error
    }
    try OutputFile.synchronizeDirectory(of: "\(parent)/\(name)")
    return name
  }

  /// What the names of unfinished checkpoints begin with.
  static let temporaryPrefix = ".unfinished-"

  private static func writeFiles(
    _ replica: Replica, _ state: CheckpointState, in directory: String
  ) throws {
    let model = replica.layout.configuration
    let metadata = [
      "format": "pt", "lockstep.pixels": "\(model.pixels)", "lockstep.hidden": "\(model.hidden)",
      "lockstep.latent": "\(model.latent)", "lockstep.seed": "\(state.recipe.seed)",
    ]
    try TensorFile.write(
      [("", replica.parameters)], replica.layout, metadata, to: "\(directory)/\(modelName)")
    try TensorFile.write(
      [("exp_avg.", replica.firstMoment), ("exp_avg_sq.", replica.secondMoment)], replica.layout,
      ["format": "pt"], to: "\(directory)/\(optimizerName)")
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try write(
      [UInt8](encoder.encode(state)) + [UInt8(ascii: "\n")], to: "\(directory)/\(stateName)")
    let sums = try Checksums.list(names, in: directory)
    try write([UInt8](sums.utf8), to: "\(directory)/\(Checksums.name)")
    try OutputFile.synchronizeDirectory(of: "\(directory)/")
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    var file = try OutputFile(creating: path)
    try file.write(bytes)
    try file.synchronize()
    try file.close()
  }
}
