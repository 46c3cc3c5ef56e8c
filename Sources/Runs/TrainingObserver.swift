package import Checkpoints
package import Engine
package import Platform
package import Reports

/// Where a run stands after a step.
package struct StepEvent: Sendable {
  /// Where the run stands.
  package let progress: Progress
  /// The number of the epoch that the run ends with.
  package let epochs: Int
  /// How many images an epoch has.
  package let imageCount: Int
  /// The batch's mean loss.
  package let loss: Loss
  /// The share of rank zero's time in this job's steps that it waited, for other ranks, their messages or its
  /// own threads: 0 to 1.
  package let waiting: Double
  /// The row of `metrics.jsonl` about the step; nil where it has none.
  package let row: StepRow?

  /// The epoch under way, from 1.
  package var epoch: Int { progress.epoch + 1 }
  /// Steps taken since the beginning.
  package var step: Int { progress.step }
  /// Positions of the epoch that have been trained on.
  package var offset: Int { progress.offset }
}

/// What a run begins with.
package struct TrainingStart: Sendable {
  /// All flags of the run.
  package let configuration: RunConfiguration
  /// Where the run stands.
  package let progress: Progress
  /// How many ranks there are.
  package let ranks: Int
  /// How many threads each rank has.
  package let threads: Int
  /// How many teams there are.
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
  /// Why the run has ended before its last epoch; nil where it has not.
  package let patience: Patience?
  /// The step after which the run is to go back to its last checkpoint, and why; nil where it is not.
  var trouble: (step: Int, failure: Failure)?
}

/// A watcher of a run; rank zero's alone is told of the progress, on the thread that trains.
package protocol TrainingObserver {
  /// Training begins or continues.
  func trainingBegins(_ start: TrainingStart)
  /// Teams exchange as `choice` says: told when training begins and, where several ways then take turns,
  /// again once the fastest is known.
  func exchangeChosen(_ choice: ExchangeChoice)
  /// A step was taken.
  func stepEnded(_ event: StepEvent)
  /// An epoch was trained and evaluated; the epoch's checkpoint is being written.
  func epochEnded(_ row: EpochRow)
}
