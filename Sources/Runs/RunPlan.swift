internal import Images
internal import Checkpoints
internal import Engine
internal import Formats
internal import FoundationEssentials
internal import MPI
internal import Platform
internal import Ranks
internal import VAE

/// What a run shall do and where it begins: rank zero works out the plan and sends it to all ranks.
///
/// Working out the plan changes no file; ``takeEffect(in:keepingConfiguration:)`` does, once all ranks are
/// ready. A run *begins anew*, or is *resumed* from a checkpoint; in a run that begins anew all values from a
/// checkpoint are nil.
struct RunPlan: Codable {
  /// All settings, resolved.
  var configuration: RunConfiguration

  /// Where the run begins: after no step, or at the checkpoint.
  var progress = Progress()

  /// The directory of the checkpoint from which the run is resumed; only rank zero opens it.
  var checkpoint: String?

  /// The SHA-256 of the checkpoint's model, in hexadecimal.
  var modelDigest: String?

  /// How many pixels an image has in the data that the checkpoint, or the model that a new run begins with,
  /// was trained on; nil where a new run draws its parameters.
  var pixels: Int?

  /// The size of an image, from the checkpoint or the file that a new run begins with; nil where neither
  /// tells.
  var imageSize: ImageSize?

  /// The digests of the images that the checkpoint was trained and tested on; nil in a run that begins
  /// anew, and where the checkpoint does not tell.
  var data: DataFingerprint?

  /// The folder in which the resumed run had its images so far, though a flag may name another now; nil in a
  /// run that begins anew, and where nothing tells.
  var formerData: String?

  /// The test loss of the checkpoint; nil in a run that begins anew, and where the checkpoint has none, as
  /// within an epoch.
  var testLoss: Double?

  /// The validation loss of the checkpoint; nil in a run that begins anew, and where the checkpoint has none.
  var validationLoss: Double?

  /// The best epoch up to the checkpoint; nil in a run that begins anew, and where the checkpoint has none.
  var best: BestEpoch?

  /// How the checkpoint was computed; nil in a run that begins anew, and where the checkpoint does not tell.
  var arithmetic: Arithmetic?

  /// See ``CheckpointState/refusedMetrics``.
  var refusedMetrics: [String] = []

  /// Whether the run goes on with what it finds in its directory.
  private var goesOn = false

  /// Works out what `request` means in the run directory `path`, which need not exist. For rank zero alone.
  ///
  /// Flags that were not given have the values of the run that is resumed, or their defaults.
  ///
  /// - Throws: `Failure`: `usage` where a flag is impossible, or would change the model of the resumed run;
  ///   `inputOutput` where there is nothing to resume at the path that the request names; `badData` where a
  ///   checkpoint, configuration or file of parameters is damaged.
  init(_ request: RunRequest, inRun path: String, defaultData: String) throws {
    try RunDirectory.requireNoCheckpoint(at: path)
    let request = request.withAbsolutePaths
    configuration = RunConfiguration(data: defaultData)
    goesOn = request.resume == .auto || request.isRepeated
    let own =
      try goesOn && FileSystem.isThere(path) ? CheckpointReference.newest(inRun: path) : nil
    if let reference = try own ?? Self.named(by: request.resume) {
      try resume(from: reference, request)
    } else {
      request.apply(to: &configuration)
      configuration.initialParameters =
        try configuration.initialParameters.map(Self.parametersFile)
      try takeSizes(request)
      if request.objective == nil, configuration.recipe.model.draws,
        configuration.recipe.importanceSamples > 1
      {
        configuration.recipe.objective = .iwae
      }
      if configuration.recipe.schedule == .cosine {
        // From here on the length belongs to the recipe: more epochs must not change the steps that were
        // taken.
        configuration.recipe.scheduleEpochs =
          configuration.recipe.scheduleEpochs ?? configuration.epochs
      }
    }
    if let problem = configuration.problem { throw Failure(.usage, problem) }
  }

  /// The checkpoint that `resume` names; nil where it names none.
  private static func named(by resume: Resume) throws -> CheckpointReference? {
    guard case .checkpoint(let path) = resume else { return nil }
    guard try FileSystem.isThere(path) else {
      throw Failure(
        .inputOutput,
        "\(setting: .resume, path): there is nothing at this path; name a run or a checkpoint directory, or "
          + "give auto to go on from the run's own, or none to begin anew")
    }
    return try CheckpointReference(path)
  }

  /// The request with which the run, begun by `request`, goes on from its newest checkpoint, or begins again
  /// where this plan does: not where the paths in `request` may lead to by then.
  func repetition(of request: RunRequest) -> RunRequest {
    guard !request.isRepeated else { return request }
    var request = request
    request.isRepeated = true
    if case .checkpoint = request.resume, let checkpoint {
      request.resume = .checkpoint(checkpoint)
    }
    if request.initialParameters != nil {
      request.initialParameters = configuration.initialParameters
    }
    return request
  }

  /// Whether nothing is left to train for `request`.
  func isDone(_ request: RunRequest) -> Bool {
    progress.epoch >= configuration.epochs || patience != nil
      || request.maxSteps.map { progress.step >= $0 } ?? false
  }

  /// The end by patience, where the run came to it before.
  var patience: Patience? { Patience(configuration, best, at: progress) }

  /// The images whose loss decides in the run so far.
  var decidingImages: DecidingImages { DecidingImages(configuration.recipe, data) }

  /// Brings `directory` into the order that the run needs: `latest` leads to the checkpoint from which the
  /// run is resumed, `best` to the best one so far; files of any other run are moved aside; `config.yaml` has
  /// the configuration, unless `keepingConfiguration`. For rank zero alone.
  ///
  /// - Returns: the path to which files were moved; nil where none were.
  @discardableResult
  func takeEffect(
    in directory: RunDirectory, keepingConfiguration: Bool = false
  ) throws -> String? {
    var previous: String?
    directory.keep()
    if let name = checkpoint.flatMap(directory.name(ofCheckpoint:)) {
      try directory.setLatest(directory.settleCopies()[name] ?? name)
      try directory.settleBest(upTo: progress.step, by: decidingImages)
    } else if try !hasBegun(inRun: directory.path) {
      previous = try directory.moveAside()
    }
    guard !keepingConfiguration else { return previous }
    let text = try configuration.text
    try OutputFile.replace("\(directory.path)/\(RunFiles.configuration)") {
      try $0.write([UInt8](text.utf8))
    }
    return previous
  }

  /// The path to which the files of another run in the directory at `path` would be moved; nil where
  /// there are none.
  func previous(inRun path: String) throws -> String? {
    guard FileSystem.exists(path),
      checkpoint.flatMap({ RunDirectory.name(ofCheckpoint: $0, in: path) }) == nil,
      try !hasBegun(inRun: path)
    else { return nil }
    return try RunDirectory.formerRun(in: path)?.previous
  }

  /// Whether the directory at `path` has what a job of this very run has left that ended before its first
  /// checkpoint: nothing of it is worth keeping, and jobs that die again and again must not heap it up.
  private func hasBegun(inRun path: String) throws -> Bool {
    // A report is written after a checkpoint: somebody has removed that, and keeps the rest.
    let isDone = [RunFiles.report, RunFiles.likelihood].contains {
      FileSystem.exists("\(path)/\($0)")
    }
    guard goesOn, !isDone, try !RunDirectory.hasCheckpoints(in: path) else {
      return false
    }
    let earlier = try? FileSystem.read("\(path)/\(RunFiles.configuration)")
    return earlier == (try configuration.text)
  }

  /// Takes the values of the checkpoint from which the run is resumed, and applies the flags of
  /// `request`.
  private mutating func resume(from reference: CheckpointReference, _ request: RunRequest) throws {
    let state = try reference.state()
    reference.warnOfPassedOver()
    if let directory = reference.directory,
      let earlier = try RunConfiguration.read(beside: directory)
    {
      configuration = earlier
      formerData = earlier.data
    }
    configuration.recipe = state.recipe
    var request = request
    if let path = request.initialParameters, began(with: path) {
      request.initialParameters = nil
    } else if let path = request.initialParameters {
      throw Failure(
        .usage,
        "\(setting: .initialParameters, path) is for a new run, and the run that goes on did not begin "
          + "with that file: leave it out, or choose another \(setting: .run) or "
          + "\(setting: .resume, "none")")
    }
    request.apply(to: &configuration)
    if let difference = configuration.recipe.difference(from: state.recipe) {
      throw Failure(
        .usage,
        "\(setting: difference.name, difference.mine) would change the model of the run that goes on, "
          + "which has \(difference.other): leave it out, or choose another \(setting: .run) or "
          + "\(setting: .resume, "none")")
    }
    progress = state.progress
    (testLoss, validationLoss, best) = (state.testLoss, state.validationLoss, state.best)
    pixels = state.pixels
    data = state.data
    // The state of earlier versions has no image size, but the model's file may have it.
    let metadata = (try? SafetensorsFile(opening: reference.model).metadata) ?? [:]
    imageSize = state.imageSize ?? ImageSize(toldBy: metadata, pixels: state.pixels)
    arithmetic = state.arithmetic
    refusedMetrics = state.refusedMetrics ?? []
    checkpoint = reference.directory
    modelDigest = reference.modelDigest
  }
}
