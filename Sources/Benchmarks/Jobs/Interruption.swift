internal import Glibc

/// A request to end that a benchmark was sent: SIGINT, SIGTERM or SIGHUP.
///
/// The signals are blocked and stay pending, so there is no handler and no state to share with one.
package struct Interruption: Error {
  /// The signal's number.
  let signal: CInt

  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  private static var set: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }

  /// Blocks the signals in this thread; to be called before other threads and the first child start.
  package static func block() {
    var set = set
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// The request that has come; nil where none has.
  static var pending: Interruption? {
    var pending = sigset_t()
    sigpending(&pending)
    return signals.first { sigismember(&pending, $0) == 1 }.map { Interruption(signal: $0) }
  }

  /// Lets the signal end this process, as it would have if it were not blocked, so that a shell
  /// sees the reason.
  package func endProcess() -> Never {
    Glibc.signal(signal, SIG_DFL)
    var set = Self.set
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    // Reached only by the first process of a container, which signals do not end by default.
    exit(128 + signal)
  }
}
