internal import Glibc
internal import Synchronization

/// The request to stop: a warning of a batch system's, SIGTERM, SIGINT or SIGHUP.
///
/// The signals are blocked in all threads but one, which waits for them (`sigwait`): there is no
/// handler, and it works while the main thread is stuck in MPI. A second one, but a warning, ends
/// the process at once, as if nobody listened.
package final class StopSignal: Sendable {
  /// When this process began to listen, about when it began.
  package let start = ContinuousClock.now

  private let requested = Atomic(false)

  /// What batch systems send some time before they end a job: Slurm and SGE SIGUSR1, which mpirun
  /// passes on to every rank, LSF and SGE SIGUSR2, and the kernel, each second over a soft limit of
  /// processor time, SIGXCPU.
  private static let warnings = [SIGUSR1, SIGUSR2, SIGXCPU]

  /// Hears of no signal until it listens.
  package init() {}

  /// Whether a signal has come.
  package var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Listens from now on: call this first, before MPI starts, so that all threads block the
  /// signals.
  ///
  /// What was ignored by whoever started the process (a shell's background job ignores SIGINT, what
  /// `nohup` starts SIGHUP) stays ignored. `notice` is called, on another thread, where the first
  /// signal is no warning.
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
    // Who cannot listen must not be deaf.
    if thread == nil { signals.unblock() }
  }

  /// What signals mean, one after another.
  struct Sequence {
    enum Meaning: Equatable {
      case stop(isTold: Bool)
      case none
      case end
    }

    private var first: ContinuousClock.Instant?
    private var wasAsked = false

    /// One Ctrl-C or one `timeout` may be heard twice: from the terminal or the group, and from a
    /// parent that passes it on.
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

/// Some signals.
private struct SignalSet {
  private var set = sigset_t()

  init(_ signals: [CInt]) {
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
  }

  /// Blocks them in this thread and those that it starts.
  func block() { change(SIG_BLOCK) }

  /// Lets them through again.
  func unblock() { change(SIG_UNBLOCK) }

  private func change(_ how: CInt) {
    var set = set
    pthread_sigmask(how, &set, nil)
  }

  /// Waits for one of them, which must be blocked.
  func wait() -> CInt {
    var (set, signal) = (set, CInt(0))
    while sigwait(&set, &signal) != 0 {}
    return signal
  }

  /// Lets the signal end this process, so that its parent sees why.
  func end(by signal: CInt) -> Never {
    Glibc.signal(signal, SIG_DFL)
    unblock()
    raise(signal)
    // A container's first process is not ended by signals of its own.
    _exit(128 + signal)
  }

  static func isIgnored(_ signal: CInt) -> Bool {
    var action = sigaction()
    guard sigaction(signal, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
