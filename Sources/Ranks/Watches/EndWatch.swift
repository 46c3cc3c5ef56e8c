internal import Glibc
internal import Logging
internal import Platform
internal import Synchronization

/// Tells of a job that has done its work and does not end, and may end it: `MPI_Finalize` waits for all ranks
/// and for their launchers, and for ever for one that is stopped or cut off.
///
/// It takes over from ``StallWatch``, whose memory is MPI's and is freed before.
package enum EndWatch {
  private struct State: ~Copyable {
    var limits = StallWatch.Limits()
    var rank = 0
    var speaks = false
    var thread: WatchThread?
  }

  private static let state = Mutex(State())
  private static let code = Atomic(Int(ExitCode.mpi.rawValue))

  /// Sets after how many seconds what is done about the end of this process, which has this `rank` in the
  /// job, and whether it is the one of its node that `speaks`. Without a call of this nothing is done.
  static func prepare(_ limits: StallWatch.Limits, rank: Int, speaks: Bool) {
    end()
    state.withLock { ($0.limits, $0.rank, $0.speaks) = (limits, rank, speaks) }
  }

  /// Begins to watch, unless it has begun.
  package static func begin() {
    state.withLock { state in
      guard state.thread == nil else { return }
      let (limits, rank, speaks) = (state.limits, state.rank, state.speaks)
      guard limits.warning > 0 || limits.abort > 0 else { return }
      state.thread = WatchThread { watch($0, limits, rank: rank, speaks: speaks) }
    }
  }

  /// Begins to watch a process whose work has ended with `code`.
  package static func begin(with code: Int32) {
    Self.code.store(Int(code), ordering: .relaxed)
    begin()
  }

  /// Ends the watch.
  package static func end() {
    let thread = state.withLock { $0.thread.take() }
    thread?.end()
  }

  private static func watch(
    _ bell: WatchThread.Bell, _ limits: StallWatch.Limits, rank: Int, speaks: Bool
  ) {
    let abort = limits.abort > 0 ? limits.abort : .infinity
    var passed = 0.0
    if limits.warning > 0, limits.warning < abort {
      if bell.rings(within: limits.warning) { return }
      passed = limits.warning
      if speaks { Logger.lockstep.tell(.warning, sentence(rank, after: passed)) }
    }
    guard abort.isFinite, !bell.rings(within: abort - passed) else { return }
    let grace = 5.0
    StuckLauncher.end(in: grace)
    if speaks {
      Logger.lockstep.tell(
        .error, "\(sentence(rank, after: abort)); the job ends, as \(setting: .stallAbort) asks for"
      )
    }
    fflush(nil)
    _exit(Int32(code.load(ordering: .relaxed)))
  }

  private static func sentence(_ rank: Int, after seconds: Double) -> Sentence {
    let launcher = SystemProcess(getppid())
    let stopped = ([launcher].compactMap(\.self) + (launcher?.children ?? [])).filter {
      $0.state == .stopped || $0.state == .traced
    }
    let who = stopped.map {
      "\($0.name) (process \($0.id)) is stopped by a signal, kill -CONT \($0.id) lets it go on"
    }
    let what =
      who.isEmpty
      ? "a rank, or the launcher on another machine, does not answer" : who.joined(separator: "; ")
    return
      "all is done, but the job does not end: rank \(rank) on \(HostName.own) has waited for the others for "
      + "\(NumberText.trimmed(seconds, places: 0)) s; \(what)"
  }
}
