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
  /// The share of rank zero's time in this job's steps, in 0…1, that it waited for others, or for
  /// what they exchange.
  public let waiting: Double
  /// What `metrics.jsonl` has of the step, if it has a row of it.
  public let row: StepRow?
}

/// What a run begins with, for whoever watches.
public struct TrainingStart: Sendable {
  /// What is to be done.
  public let configuration: RunConfiguration
  /// Where the run stands.
  public let progress: Progress
  /// The number of ranks.
  public let ranks: Int
  /// Threads of each rank.
  public let threads: Int
  /// The number of teams.
  public let teams: Int
  /// Where another run's files are now that were in the run directory; nil where there were none.
  public let previous: String?
}

/// What a run has come to.
public struct TrainingEnd: Sendable {
  /// `done`, or `stopped` after a request.
  public let code: ExitCode
  /// The SHA-256 of the newest checkpoint's `model.safetensors`, in hexadecimal as `sha256sum`
  /// prints it; nil on all ranks but zero.
  public let modelDigest: String?
}

/// Whoever watches a run, on rank zero.
public protocol TrainingObserver {
  /// Training begins, or goes on.
  func trainingBegins(_ start: TrainingStart)
  /// A step was taken.
  func stepEnded(_ event: StepEvent)
  /// An epoch was trained and evaluated; its checkpoint is on its way to the disk.
  func epochEnded(_ row: EpochRow)
}
