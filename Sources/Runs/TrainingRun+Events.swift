internal import Checkpoints
internal import Engine
internal import Formats
internal import Ranks

extension RunPlan {
  /// Begins an event file, if one is wanted; rank zero's alone.
  func beginEvents(in directory: RunDirectory) throws -> EventLog? {
    guard configuration.tensorboard == .on else { return nil }
    let events = try EventLog(in: directory.path, after: progress.step)
    try events.append(
      Summary(beginning: configuration, at: EventLog.now), step: progress.step + 1)
    return events
  }
}

extension TrainingRun {
  /// Lets TensorBoard know that the run has come to its end; collective.
  func endEvents() throws {
    guard trainer.progress.epoch >= configuration.epochs else { return }
    try communicator.together {
      var summary = Summary()
      summary.addSuccess(at: EventLog.now)
      try outputs?.events?.append(summary, step: trainer.progress.step)
    }
  }
}
