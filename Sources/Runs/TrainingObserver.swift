package import Checkpoints
package import Engine
package import Platform
package import Reports

/// Where a run stands after a step.
package struct StepEvent: Sendable {
  /// The epoch under way, from 1.
  package let epoch: Int
  /// The epoch that the run ends with.
  package let epochs: Int
  /// Steps taken since the beginning.
  package let step: Int
  /// Positions of the epoch that have been trained on.
  package let offset: Int
  /// Positions of an epoch.
  package let imageCount: Int
  /// The batch's mean loss.
  package let loss: Loss
  /// The share of rank zero's time in this job's steps, in 0…1, that it waited for other ranks or their
  /// messages.
  package let waiting: Double
  /// The row of `metrics.jsonl` about the step; nil where it has none.
  package let row: StepRow?
}

/// What a run begins with.
package struct TrainingStart: Sendable {
  /// All flags of the run.
  package let configuration: RunConfiguration
  /// Where the run stands.
  package let progress: Progress
  /// The number of ranks.
  package let ranks: Int
  /// Threads of each rank.
  package let threads: Int
  /// The number of teams.
  package let teams: Int
  /// The path to which another run's files in the run directory were moved; nil where there were none.
  package let previous: String?
}

/// How a run has ended.
package struct TrainingEnd: Sendable {
  /// `done`, or `stopped` where some rank was asked to stop.
  package let code: ExitCode
  /// The SHA-256 of the newest checkpoint's `model.safetensors`, in hexadecimal as `sha256sum`
  /// prints it; nil on all ranks but zero.
  package let modelDigest: String?
}

/// A watcher of a run, which is told of its progress on rank zero.
package protocol TrainingObserver {
  /// Training begins or continues.
  func trainingBegins(_ start: TrainingStart)
  /// A step was taken.
  func stepEnded(_ event: StepEvent)
  /// An epoch was trained and evaluated; its checkpoint is being written.
  func epochEnded(_ row: EpochRow)
}
