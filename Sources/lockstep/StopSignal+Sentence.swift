internal import Platform

extension StopSignal {
  /// Heeds signals that ask to stop, and tells `sentence` of the first of them, unless `isQuiet` or this
  /// process was started by a launcher: mpirun also sends SIGTERM to the other ranks when one has failed.
  func listen(telling sentence: Sentence, isQuiet: Bool = false) {
    if Launcher.isPresent || isQuiet { return listen {} }
    listen {
      Terminal.clearLine()
      Job.tell(sentence)
    }
  }
}
