/// Where a run stands after a step, for whoever watches.
public struct StepEvent: Sendable {
  /// The epoch under way, from 1.
  public let epoch: Int
  /// The epoch that the run ends with.
  public let epochs: Int
  /// Steps taken since the beginning.
  public let step: Int
  /// Positions of the epoch that have been trained on.
  public let offset: Int
  /// Positions of an epoch.
  public let imageCount: Int
  /// The batch's mean loss.
  public let loss: Loss
}

/// Whoever watches a run, on rank zero.
public protocol TrainingObserver {
  /// Training begins, or goes on after `progress.step` steps.
  func trainingBegins(
    _ configuration: RunConfiguration, at progress: Progress, ranks: Int, threads: Int)
  /// A step was taken.
  func stepEnded(_ event: StepEvent)
  /// An epoch was trained and evaluated; its checkpoint is on its way to the disk.
  func epochEnded(_ row: EpochRow)
}
