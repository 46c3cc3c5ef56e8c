internal import Checkpoints
internal import Engine
internal import Formats
internal import Reports

/// The files that a run writes, and the observer that is told of the run's progress. Rank zero's alone.
final class RunOutputs {
  /// The run directory, which is locked.
  let directory: RunDirectory

  /// The path to which another run's files in the directory were moved; nil where there were none.
  let previous: String?

  /// The log of steps and epochs.
  let metrics: MetricsLog

  /// The event file for TensorBoard; nil where none is wanted, or nothing is left to train.
  let events: EventLog?

  /// All logs.
  private let logs: [any RunLog]

  /// Writes the checkpoints.
  let saver: CheckpointSaver

  let observer: any TrainingObserver

  /// The SHA-256 of the model that the run begins with; nil where that model is not from a checkpoint.
  private let startDigest: String?

  /// Brings `directory` into the order that `plan` needs, and opens the files. Before this call no file of a
  /// run in the directory has changed.
  ///
  /// `state` is the state of the run's checkpoints, which ``CheckpointSaver`` updates.
  ///
  /// - Throws: `Failure` with `inputOutput` where the system refuses.
  init(
    _ plan: RunPlan, _ request: RunRequest, in directory: RunDirectory, state: CheckpointState,
    environment: RunEnvironment, observer: any TrainingObserver
  ) throws {
    // A run that is resumed by default and has nothing left to train keeps its configuration and environment
    // files.
    let isIdle = request.resume == .auto && plan.isDone(request)
    previous = try plan.takeEffect(in: directory, keepingConfiguration: isIdle)
    if !isIdle { try environment.write(to: directory) }
    metrics = try MetricsLog(
      in: directory.path, after: plan.progress.step, refused: plan.refusedMetrics)
    events = plan.isDone(request) ? nil : try Self.beginEvents(plan, in: directory)
    let logs: [any RunLog] = [metrics] + (events.map { [$0] } ?? [])
    saver = CheckpointSaver(
      state, keep: plan.configuration.keep, in: directory,
      logs: logs, tolerating: plan.configuration.maxSaveFailures)
    self.directory = directory
    self.logs = logs
    self.observer = observer
    startDigest = plan.modelDigest
  }

  /// Begins an event file with the run's hyperparameters, if event files are wanted.
  private static func beginEvents(
    _ plan: RunPlan, in directory: RunDirectory
  ) throws -> EventLog? {
    guard plan.configuration.tensorboard == .on else { return nil }
    let events = try EventLog(in: directory.path, after: plan.progress.step)
    try events.append(
      Summary(beginning: plan.configuration, at: EventLog.now), step: plan.progress.step + 1)
    return events
  }

  /// The SHA-256 of the newest checkpoint's model, in hexadecimal; before the run's first, of the checkpoint
  /// that it was resumed from; else nil. Must not be read while a checkpoint is being written.
  var modelDigest: String? { saver.modelDigest ?? startDigest }

  /// Whether a log could not be written, and still is not.
  var isLogRefused: Bool { logs.contains(where: \.isRefused) }

  /// Waits for the last save, and brings all that was logged to the disk.
  ///
  /// - Throws: `Failure` where that fails: see ``CheckpointSaver/finish()``.
  func finish() throws {
    try saver.finish()
    for log in logs { try log.synchronize() }
  }

  /// Begins to save the state that the run begins with, if it comes from a checkpoint in another directory:
  /// otherwise a run that ends before its first checkpoint would have none.
  func saveStart(of plan: RunPlan, _ replica: Replica) {
    guard let checkpoint = plan.checkpoint, directory.name(ofCheckpoint: checkpoint) == nil else {
      return
    }
    saver.save(
      replica, at: plan.progress, testLoss: plan.testLoss, validationLoss: plan.validationLoss,
      best: plan.best)
  }
}
