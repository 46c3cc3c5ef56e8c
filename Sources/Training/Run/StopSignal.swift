internal import Glibc

/// The request to stop: SIGUSR1, which mpirun passes on to every rank.
///
/// The signal is blocked and stays pending, so there is no handler and no state to share with one;
/// asking for it is one system call.
public enum StopSignal {
  /// Blocks the signal in this thread and those that it starts: call this first, before MPI starts.
  public static func block() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGUSR1)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Whether the signal has come.
  public static var isPending: Bool {
    var signals = sigset_t()
    sigpending(&signals)
    return sigismember(&signals, SIGUSR1) == 1
  }
}
