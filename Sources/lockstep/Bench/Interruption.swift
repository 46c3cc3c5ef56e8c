internal import Glibc

/// A request to end: SIGINT, SIGTERM or SIGHUP.
///
/// The signals are blocked and stay pending, so there is no handler and no state to share with one.
struct Interruption: Error {
  /// The signal's number.
  let signal: CInt

  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  private static var set: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }

  /// Blocks the signals in this thread: call this before the first child.
  static func block() {
    var set = set
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// The request, if there is one.
  static var pending: Interruption? {
    var pending = sigset_t()
    sigpending(&pending)
    return signals.first { sigismember(&pending, $0) == 1 }.map { Interruption(signal: $0) }
  }

  /// Lets the signal end this process, as it would have without us, so that a shell sees why.
  func endProcess() -> Never {
    Glibc.signal(signal, SIG_DFL)
    var set = Self.set
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    // Not reached, unless the signal was ignored by whoever started us.
    exit(128 + signal)
  }
}
