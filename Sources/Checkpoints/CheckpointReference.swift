internal import Engine
internal import Logging
internal import Platform
internal import Ranks

/// The checkpoint, or the file of parameters, that a path on the command line means; a checkpoint is
/// verified.
///
///     let reference = try CheckpointReference("checkpoints/mnist")
///     let step = try reference.state().progress.step
package struct CheckpointReference {
  /// The path of the model's file: of a checkpoint, its `model.safetensors`.
  package let model: String

  /// The checkpoint's directory; nil for a `.safetensors` file.
  package let directory: String?

  /// The SHA-256 of the model, which was verified; nil for a `.safetensors` file, which has no checksum.
  package let modelDigest: String?

  /// A sentence for each checkpoint that was tried before this one and is not whole.
  let passedOver: [Sentence]

  /// Finds the checkpoint that `path` means: the newest whole one where `path` is a run directory; else
  /// `path` itself, a checkpoint's directory or a `.safetensors` file.
  ///
  /// - Throws: `Failure`: `inputOutput` where `path` does not exist, `badData` where there is no whole
  ///   checkpoint.
  package init(_ path: String) throws {
    let path = FileSystem.withoutTrailingSlashes(path)
    guard try FileSystem.isThere(path) else {
      throw Failure(
        .inputOutput,
        "\(path): there is no checkpoint here; name a run directory, a checkpoint directory or a "
          + ".safetensors file")
    }
    if !FileSystem.isDirectory(path) {
      self.init(model: path, directory: nil, modelDigest: nil, passedOver: [])
    } else if let newest = try Self.newest(inRun: path) {
      self = newest
    } else {
      if let failure = try Self.reasonNotACheckpoint(in: path) { throw failure }
      do {
        self = try CheckpointReference(whole: path, passedOver: [])
      } catch {
        throw Self.adding(adviceBeside: path, Failure(error))
      }
    }
  }

  /// The checkpoint from which the run in the directory `path` goes on; nil where the directory has none.
  ///
  /// Checkpoints are tried in this order: the one that `latest` leads to; those of fewer steps, the newest
  /// first; those of more steps, the newest first. Checkpoints of more steps are left where a run was resumed
  /// from an earlier one. Without `latest` all are tried, the newest first.
  ///
  /// - Throws: `Failure` where there are checkpoints, and none is whole: what is wrong with the first that
  ///   was tried.
  package static func newest(inRun path: String) throws -> CheckpointReference? {
    var found = try candidates(inRun: path)
    while true {
      let result = Result { try newest(of: found, inRun: path) }
      if case .success(let reference) = result, reference?.passedOver.isEmpty ?? true {
        return reference
      }
      // A job that trains meanwhile may have removed what was found, and has written others then.
      let now = try candidates(inRun: path)
      guard now.map(\.name) != found.map(\.name) else { return try result.get() }
      found = now
    }
  }

  /// The newest whole one of the checkpoints `found`; nil where there are none.
  private static func newest(
    of found: [(name: String, step: Int)], inRun path: String
  ) throws -> CheckpointReference? {
    let latest = "\(path)/\(RunDirectory.latestName)"
    let end =
      FileSystem.destination(ofLink: latest).flatMap(Checkpoint.step(ofDirectory:))
      ?? Checkpoint.step(toldBy: latest) ?? .max
    let candidates = found.sorted {
      ($0.step <= end ? 1 : 0, $0.step) > ($1.step <= end ? 1 : 0, $1.step)
    }
    var problems: [Failure] = []
    for (name, _) in candidates {
      let directory = "\(path)/\(name)"
      do {
        return try CheckpointReference(
          whole: directory, passedOver: problems.map { "\($0); using \(directory)" })
      } catch {
        problems.append(Failure(error))
      }
    }
    guard let first = problems.first else { return nil }
    throw Failure(
      first.code,
      "\(first), and no other checkpoint of the run is whole: restore one from a copy, "
        + "or begin anew: \(command: "train") \(setting: .resume, "none") "
        + "\(setting: .configurationFile, "\(path)/\(RunFiles.configuration)")")
  }

  /// The checkpoints of a run: the directories with a checkpoint's name; and, in a copy of a run that has
  /// directories in the place of the links `latest` and `best`, each such directory, unless the checkpoint of
  /// the same step is there, whole, under its name.
  private static func candidates(inRun path: String) throws -> [(name: String, step: Int)] {
    let named = try FileSystem.names(in: path).compactMap { name in
      Checkpoint.step(ofDirectory: name).map { (name: name, step: $0) }
    }
    let whole = { (step: Int) in
      let place = "\(path)/\(Checkpoint.directoryName(step: step))"
      return (try? Checksums.verify(Checkpoint.names, in: place)) != nil
    }
    let copies = [RunDirectory.latestName, RunDirectory.bestName].compactMap { name in
      FileSystem.isOwnDirectory("\(path)/\(name)")
        ? Checkpoint.step(toldBy: "\(path)/\(name)").map { (name: name, step: $0) } : nil
    }
    return named + copies.filter { !whole($0.step) }
  }

  /// `failure`, about the checkpoint at `path`, with the advice to use another: the newest whole one of the
  /// same run, if there is one.
  private static func adding(adviceBeside path: String, _ failure: Failure) -> Failure {
    let run = FileSystem.parent(of: path)
    guard RunFiles.isRun(run), let newest = try? newest(inRun: run), let whole = newest.directory
    else { return Failure(failure.code, "\(failure); use another checkpoint") }
    return Failure(
      failure.code, "\(failure); use another checkpoint: \(whole) is whole")
  }

  /// Why the directory at `path` cannot be meant as a checkpoint, with advice; nil where it has files of a
  /// checkpoint, and not the model alone, so that verifying them tells what is wrong.
  private static func reasonNotACheckpoint(in path: String) throws -> Failure? {
    let names = try FileSystem.names(in: path)
    // Collections of models, such as hubs, have directories with the model's file alone.
    let others = [Checkpoint.optimizerName, Checkpoint.stateName, Checksums.name]
    if names.contains(Checkpoint.modelName), !names.contains(where: others.contains) {
      return Failure(
        .badData,
        "\(path): there is a model here, but nothing else of a checkpoint; name the file: "
          + "\(path)/\(Checkpoint.modelName)")
    }
    guard !names.contains(where: { (Checkpoint.names + [Checksums.name]).contains($0) }) else {
      return nil
    }
    let marks = [RunFiles.configuration, RunFiles.metrics, ".lock"]
    if names.contains(where: { marks.contains($0) }) {
      return Failure(
        .badData,
        "\(path): this run has no checkpoint; train until it has one: \(command: "train") "
          + "\(setting: .run, path)")
    }
    let what = names.isEmpty ? "this folder is empty" : "there is no checkpoint in this folder"
    let runs = names.map { "\(path)/\($0)" }.filter(RunFiles.isRun)
    let advice =
      runs.first.map { "name a run, for instance \($0)" }
      ?? "name a run directory, a checkpoint directory or a .safetensors file"
    return Failure(.badData, "\(path): \(what); \(advice)")
  }

  /// Verifies the checkpoint in `directory`.
  private init(whole directory: String, passedOver: [Sentence]) throws {
    let digests = try Checksums.verify(Checkpoint.names, in: directory)
    self.init(
      model: "\(directory)/\(Checkpoint.modelName)", directory: directory,
      modelDigest: digests[Checkpoint.modelName], passedOver: passedOver)
  }

  private init(model: String, directory: String?, modelDigest: String?, passedOver: [Sentence]) {
    self.model = model
    self.directory = directory
    self.modelDigest = modelDigest
    self.passedOver = passedOver
  }

  /// Warns of each checkpoint that was passed over.
  package func warnOfPassedOver() {
    let logger = Logger.lockstep
    for problem in passedOver { logger.tell(.warning, "passing over a checkpoint: \(problem)") }
  }

  /// The checkpoint's state.
  ///
  /// - Throws: `FileError` where the state cannot be read; `Failure` with `badData` where there is none, as
  ///   for a `.safetensors` file, or the values cannot be the state of a run.
  package func state() throws -> CheckpointState {
    guard let directory else {
      throw Failure(
        .badData,
        "\(model): a run cannot go on from parameters alone; name a checkpoint directory, or begin a "
          + "new run with \(setting: .initialParameters)")
    }
    return try CheckpointState(readFrom: "\(directory)/\(Checkpoint.stateName)")
  }
}

extension CheckpointState {
  /// Reads the file at `path`, which is a checkpoint's `state.json`.
  ///
  /// - Throws: `FileError` where it cannot be read; `Failure` with `badData` where the values cannot be the
  ///   state of a run.
  init(readFrom path: String) throws {
    let text = try FileSystem.read(path)
    guard let state = try? CheckpointState(decoding: text) else {
      throw Failure(.badData, "\(path): this is not the state of a run; use another checkpoint")
    }
    if let unknown = try CheckpointState.unknownSettings(in: text).first {
      throw Failure(
        .badData,
        "\(path): the run has the setting '\(unknown)', which this version does not know and would "
          + "train without; use the version that wrote it")
    }
    guard state.format == 1, state.isPlausible else {
      throw Failure(
        .badData,
        "\(path): format \(state.format) with these values is not one that this version knows; "
          + "use another checkpoint, or the version that wrote it")
    }
    self = state
  }

  /// Whether the values can be the state of a run.
  fileprivate var isPlausible: Bool {
    let counts = 0..<1 << 48
    return counts.contains(progress.step) && counts.contains(progress.epoch)
      && counts.contains(progress.offset) && counts.contains(progress.passedOver ?? 0)
      && counts.contains(progress.losses.count) && pixels > 0 && recipe.problem == nil
      && imageSize?.hasPixels(pixels) ?? true
      && progress.offset.isMultiple(of: recipe.batchSize) && arithmetic?.isPlausible ?? true
  }
}
