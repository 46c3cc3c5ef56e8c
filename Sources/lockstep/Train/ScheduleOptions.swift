internal import ArgumentParser
internal import Checkpoints
internal import Engine

/// How the learning rate goes: see ``Recipe``. Hidden: the default recipe has one rate.
struct ScheduleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "constant, cosine (to zero at the end of --schedule-epochs), step (multiplied after each of "
        + "--milestones) or plateau (multiplied when the --validation loss stays). (default: constant)",
      valueName: "schedule", visibility: .hidden))
  var schedule: LearningRateSchedule?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Let the learning rate rise to its value over the first n steps; the schedule begins after "
        + "them. (default: 0)", valueName: "n", visibility: .hidden))
  var warmupSteps: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The length of a cosine schedule, which a run keeps. (default: --epochs when the run begins)",
      valueName: "n", visibility: .hidden))
  var scheduleEpochs: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The epochs after which the rate of --schedule step is multiplied, as 1,4,13.",
      valueName: "list", visibility: .hidden))
  var milestones: Milestones?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The epochs in a row without a lesser validation loss after which the rate of --schedule plateau is "
        + "multiplied. (default: 10)", valueName: "n", visibility: .hidden))
  var plateauEpochs: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What it is multiplied by then. (default: 0.1)", valueName: "x", visibility: .hidden))
  var decayFactor: Double?

  /// Copies all flags; those that were not given are nil, which `request` takes for not given.
  func apply(to request: inout RunRequest) {
    request.schedule = schedule
    request.warmupSteps = warmupSteps
    request.scheduleEpochs = scheduleEpochs
    request.milestones = milestones
    request.plateauEpochs = plateauEpochs
    request.decayFactor = decayFactor
  }
}
