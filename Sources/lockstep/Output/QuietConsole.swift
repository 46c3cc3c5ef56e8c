internal import Checkpoints
internal import Reports
internal import Runs

/// Tells nothing: `--quiet`.
struct QuietConsole: TrainingConsole {
  func trainingBegins(_ start: TrainingStart) {}
  func stepEnded(_ event: StepEvent) {}
  func epochEnded(_ row: EpochRow) {}
  func end(_ end: TrainingEnd, run: String, resume: Resume) {}
}
