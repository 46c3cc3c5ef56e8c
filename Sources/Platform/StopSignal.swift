internal import Glibc
internal import Synchronization

/// The request to stop this process: SIGTERM, SIGINT, SIGHUP or a batch system's warning.
///
/// One thread waits for these signals (`sigwait`), and all others block them: no handler is needed,
/// and a request is noticed while the main thread waits in MPI. Warnings aside, a second signal
/// ends the process at once, as it does without this type, unless it comes within half a second of
/// the first.
package final class StopSignal: Sendable {
  /// When the value was made, shortly after the process began.
  package let start = ContinuousClock.now

  private let requested = Atomic(false)

  /// The signals that come some time before a job is ended: SIGUSR1 from Slurm and SGE, which
  /// mpirun passes on to every rank; SIGUSR2 from LSF and SGE; SIGXCPU from the kernel, each second
  /// beyond a soft limit of processor time.
  private static let warnings = [SIGUSR1, SIGUSR2, SIGXCPU]

  /// Makes a value without a request. Signals are noticed from ``listen(notice:)`` on.
  package init() {}

  /// Whether a signal has come.
  package var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Begins to wait for the signals. Call it before MPI starts, so that all threads block the
  /// signals.
  ///
  /// Signals that the process ignores from its start stay ignored: SIGINT in a shell's background
  /// job, SIGHUP under `nohup`. `notice` is called, on another thread, for the first signal of all,
  /// unless that is a warning.
  package func listen(notice: @escaping @Sendable () -> Void) {
    let signals = SignalSet(
      (Self.warnings + [SIGTERM, SIGINT, SIGHUP]).filter { !SignalSet.isIgnored($0) })
    signals.block()
    let thread = Thread { [self] in
      var sequence = Sequence()
      while true {
        let signal = signals.wait()
        switch sequence.meaning(of: signal, at: .now) {
        case .stop(let isTold):
          requested.store(true, ordering: .relaxed)
          if isTold { notice() }
        case .none: break
        case .end: signals.end(by: signal)
        }
      }
    }
    // Blocked signals that no thread waits for would be lost.
    if thread == nil { signals.unblock() }
  }

  /// Tells what each signal means, given the signals before it.
  struct Sequence {
    enum Meaning: Equatable {
      case stop(isTold: Bool)
      case none
      case end
    }

    private var first: ContinuousClock.Instant?
    private var wasAsked = false

    /// One Ctrl-C or one `timeout` may arrive twice: from the terminal or to the whole process
    /// group, and from a parent that passes it on. Signals closer together than this count as one.
    private static let pause = Duration.milliseconds(500)

    mutating func meaning(of signal: CInt, at now: ContinuousClock.Instant) -> Meaning {
      defer { wasAsked = true }
      if StopSignal.warnings.contains(signal) { return .stop(isTold: false) }
      guard let first else {
        first = now
        return .stop(isTold: !wasAsked)
      }
      return now - first < Self.pause ? .none : .end
    }
  }
}
