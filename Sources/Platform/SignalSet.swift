internal import Glibc

/// A set of signals.
struct SignalSet {
  private var set = sigset_t()

  init(_ signals: [CInt]) {
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
  }

  /// Blocks the signals in this thread and in the threads that it starts.
  func block() { change(SIG_BLOCK) }

  /// Lets the signals through again.
  func unblock() { change(SIG_UNBLOCK) }

  private func change(_ how: CInt) {
    var set = set
    pthread_sigmask(how, &set, nil)
  }

  /// Waits for one of the signals, which must be blocked, and returns it.
  func wait() -> CInt {
    var (set, signal) = (set, CInt(0))
    while sigwait(&set, &signal) != 0 {}
    return signal
  }

  /// Waits for one of the signals, which must be blocked, for at most so many `seconds`; nil where none came.
  func wait(seconds: Double) -> CInt? {
    var set = set
    var limit = timespec(
      tv_sec: Int(seconds), tv_nsec: Int(1e9 * (seconds - seconds.rounded(.down))))
    let signal = sigtimedwait(&set, nil, &limit)
    return signal > 0 ? signal : nil
  }

  /// Lets the signal end this process, so that its parent sees why.
  func end(by signal: CInt) -> Never {
    Glibc.signal(signal, SIG_DFL)
    unblock()
    raise(signal)
    // A container's first process is not ended by signals that it sends to itself.
    _exit(128 + signal)
  }

  static func isIgnored(_ signal: CInt) -> Bool {
    var action = sigaction()
    guard sigaction(signal, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

/// The signals that a process which leads others gets, one after another, on its main thread: those that
/// ask it to stop, and that a child has ended.
package struct SignalInbox {
  private let signals: SignalSet

  /// Begins to collect the signals; to be called before other threads and children start. Those that the
  /// process ignores from its start stay ignored, as SIGHUP under `nohup`.
  package init() {
    // Ignored, as a parent may have left it, it would have the system forget how children end.
    Glibc.signal(SIGCHLD, SIG_DFL)
    let stops = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU]
    signals = SignalSet(stops.filter { !SignalSet.isIgnored($0) } + [SIGCHLD])
    signals.block()
  }

  /// The signal that asks to stop which comes within so many `seconds`; nil where there is none, sooner where
  /// a child has ended.
  package func stop(within seconds: Double) -> Int32? {
    signals.wait(seconds: seconds).flatMap { $0 == SIGCHLD ? nil : $0 }
  }
}
