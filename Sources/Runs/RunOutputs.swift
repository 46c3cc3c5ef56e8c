internal import Checkpoints
internal import Engine
internal import Formats
internal import Reports
internal import VAE

/// All that a run writes, and whom it tells. Rank zero's alone.
final class RunOutputs {
  let directory: RunDirectory
  /// Where another run's files are that were in the directory; nil where there were none.
  let previous: String?
  let metrics: MetricsLog
  /// Nil where there is nothing for TensorBoard.
  let events: EventLog?
  let saver: CheckpointSaver
  let observer: any TrainingObserver
  private let startDigest: String?

  /// Lets `plan` take effect in `directory`, the first change to what was there.
  ///
  /// - Throws: `Failure` with `inputOutput` where the system refuses.
  init(
    _ plan: RunPlan, _ request: RunRequest, in directory: RunDirectory,
    _ layout: ParameterLayout, _ state: CheckpointState, _ environment: RunEnvironment,
    observer: any TrainingObserver
  ) throws {
    // A run that goes on by itself and has nothing left to train stays what it was.
    let isIdle = request.resume == .auto && plan.isDone(request)
    previous = try plan.takeEffect(in: directory, keepingConfiguration: isIdle)
    if !isIdle { try environment.write(to: directory) }
    metrics = try MetricsLog(
      in: directory.path, after: plan.progress.step, refused: plan.refusedMetrics)
    events = plan.isDone(request) ? nil : try plan.beginEvents(in: directory)
    saver = CheckpointSaver(
      layout, state, keep: plan.configuration.keep, in: directory, metrics, events)
    self.directory = directory
    self.observer = observer
    startDigest = plan.modelDigest
  }

  /// The SHA-256 of the newest checkpoint's model, in hexadecimal; nil before the first. To be asked
  /// while nothing is being saved.
  var modelDigest: String? { saver.modelDigest ?? startDigest }

  /// Begins to save the checkpoint that a run goes on from where it is in another directory: a run
  /// that ends before its first would else have none.
  func keepStart(of plan: RunPlan, _ replica: Replica) {
    guard let checkpoint = plan.checkpoint, directory.name(ofCheckpoint: checkpoint) == nil else {
      return
    }
    saver.save(replica, at: plan.progress, testLoss: plan.testLoss)
  }
}
