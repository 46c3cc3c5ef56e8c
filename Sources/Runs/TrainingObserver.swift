package import Checkpoints
package import Engine
package import Platform
package import Reports

/// Where a run stands after a step, for whoever watches.
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
  /// The share of rank zero's time in this job's steps, in 0…1, that it waited for others, or for
  /// what they exchange.
  package let waiting: Double
  /// What `metrics.jsonl` has of the step, if it has a row of it.
  package let row: StepRow?
}

/// What a run begins with, for whoever watches.
package struct TrainingStart: Sendable {
  /// What is to be done.
  package let configuration: RunConfiguration
  /// Where the run stands.
  package let progress: Progress
  /// The number of ranks.
  package let ranks: Int
  /// Threads of each rank.
  package let threads: Int
  /// The number of teams.
  package let teams: Int
  /// Where another run's files are now that were in the run directory; nil where there were none.
  package let previous: String?
}

/// What a run has come to.
package struct TrainingEnd: Sendable {
  /// `done`, or `stopped` after a request.
  package let code: ExitCode
  /// The SHA-256 of the newest checkpoint's `model.safetensors`, in hexadecimal as `sha256sum`
  /// prints it; nil on all ranks but zero.
  package let modelDigest: String?
}

/// Whoever watches a run, on rank zero.
package protocol TrainingObserver {
  /// Training begins, or goes on.
  func trainingBegins(_ start: TrainingStart)
  /// A step was taken.
  func stepEnded(_ event: StepEvent)
  /// An epoch was trained and evaluated; its checkpoint is on its way to the disk.
  func epochEnded(_ row: EpochRow)
}
