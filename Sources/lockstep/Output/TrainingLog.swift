internal import Checkpoints
internal import Engine
internal import Reports
internal import Runs

/// Tells how a run goes, on rank zero: ``TextLog`` to people, ``JSONLog`` to programs.
protocol TrainingLog: TrainingObserver {
  /// Tells how the run ended: `run` is the run's directory, `resume` what `--resume` asked for.
  func end(_ end: TrainingEnd, run: String, resume: Resume)
}

/// Tells nothing: `--quiet`.
private struct QuietLog: TrainingLog {
  func trainingBegins(_ start: TrainingStart) {}
  func exchangeChosen(_ choice: ExchangeChoice) {}
  func stepEnded(_ event: StepEvent) {}
  func epochEnded(_ row: EpochRow) {}
  func end(_ end: TrainingEnd, run: String, resume: Resume) {}
}

extension OutputOptions {
  /// The log that the flags ask for. Like ``ProgressMode/bar``, to be asked for before MPI starts.
  var trainingLog: any TrainingLog {
    if isQuiet { return QuietLog() }
    return logFormat == .json ? JSONLog() : TextLog(bar)
  }
}
