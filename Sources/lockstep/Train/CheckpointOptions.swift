internal import ArgumentParser
internal import Checkpoints

/// Where a run begins and ends, and what it saves on the way.
struct CheckpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "auto: go on from the run's checkpoint; none: begin anew; or a checkpoint's path.",
      valueName: "from"),
    completion: .directory)
  var resume = "auto"

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "Begin with parameters of a .safetensors file or run.",
      valueName: "path"),
    completion: .file(extensions: ["safetensors"]))
  var initialParameters: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Go on with images that the run was not trained on.", visibility: .hidden))
  var otherData: Bool?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "End, with a checkpoint, after this many steps in all.", valueName: "n",
      visibility: .hidden))
  var maxSteps: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Save also after so many steps (100) or seconds (30s). (default: epoch)", valueName: "n"))
  var checkpointEvery: CheckpointInterval?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Keep the newest n, and the best. (default: all)", valueName: "n"))
  var keep: Retention?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Go on after so many failed saves in a row, and try again with the next; the last must succeed. (default: 3)",
      valueName: "n", visibility: .hidden))
  var maxSaveFailures: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Where a loss is not finite or beyond --loss-limit: stop, with code 70; skip[:n], pass the batch over, at most n \
      (10) times in a row; rollback[:n], there and where replicas disagree, go back to the last checkpoint, at most n \
      (3) times, and stop where the same step fails again. (default: stop)
      """, valueName: "what", visibility: .hidden))
  var onNonfinite: NonfinitePolicy?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Save and end with code 75 after this many seconds.", valueName: "seconds"))
  var stopAfter: Double?

  /// What ``resume`` means.
  var origin: Resume {
    switch resume {
    case "auto": .auto
    case "none": .none
    default: .checkpoint(resume)
    }
  }

  func validate() throws {
    if resume.isEmpty {
      throw ValidationError("--resume must be auto, none or a checkpoint's path, not be empty")
    }
    if initialParameters?.isEmpty == true {
      throw ValidationError("--init must name a .safetensors file or a run, not be empty")
    }
    if let maxSteps, maxSteps < 1 { throw ValidationError("--max-steps must be at least 1") }
    if let stopAfter, !(stopAfter >= 0 && stopAfter <= 1e9) {
      throw ValidationError("--stop-after must be a number of seconds, not negative")
    }
  }

  /// Copies all flags; those that were not given are nil, which `request` takes for not given.
  func apply(to request: inout RunRequest) {
    request.resume = origin
    request.initialParameters = initialParameters
    request.acceptsOtherData = otherData ?? false
    request.maxSteps = maxSteps
    request.checkpointEvery = checkpointEvery
    request.keep = keep
    request.maxSaveFailures = maxSaveFailures
    request.onNonfinite = onNonfinite
    request.stopAfter = stopAfter
  }
}
