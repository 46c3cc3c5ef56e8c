internal import ArgumentParser
internal import Checkpoints
internal import Formats

/// What a run writes beside its checkpoints. Hidden: the defaults cost nothing that can be
/// measured.
struct RecordOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Steps between two step rows of metrics.jsonl. (default: 10)", valueName: "n",
      visibility: .hidden))
  var logEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Event files for TensorBoard in the run directory. (default: on)", valueName: "on|off",
      visibility: .hidden))
  var tensorboard: Switch?

  @Option(
    help: ArgumentHelp(
      "At the end, write report.html into the run directory: see lockstep report.",
      valueName: "on|off", visibility: .hidden))
  var report = Switch.on

  /// Copies all flags; those that were not given are nil, which `request` takes for not given.
  func apply(to request: inout RunRequest) {
    request.logEvery = logEvery
    request.tensorboard = tensorboard
    request.report = report == .on
  }
}
