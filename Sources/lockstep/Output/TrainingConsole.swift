internal import Checkpoints
internal import Runs

/// Whoever tells how a run goes, and has the last word. Rank zero's alone.
protocol TrainingConsole: TrainingObserver {
  /// The last word: `run` is where checkpoints are, `resume` what the run was told to go on from.
  func end(_ end: TrainingEnd, run: String, resume: Resume)
}

extension OutputOptions {
  /// The console that is wanted. To be asked for before MPI starts, as ``ProgressMode/bar`` is.
  var trainingConsole: any TrainingConsole {
    if isQuiet { return QuietConsole() }
    return logFormat == .json ? JSONConsole() : Console(bar)
  }
}
