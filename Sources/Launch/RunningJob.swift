internal import Glibc
internal import Platform
internal import Ranks

/// A job that runs, with its launcher: asked to stop when this process is, and ended where it stands still.
struct RunningJob {
  /// How a job has ended.
  struct Outcome {
    /// The exit code of the launcher, as a shell tells it.
    var status: Int32
    /// The signal that ended the launcher itself; nil where none did.
    var signal: Int32? { status > 128 && isSignalled ? status - 128 : nil }
    var isSignalled = false
    /// Why this process ended the job; nil where it did not, or was asked to.
    var trouble: Sentence?
    /// Whether this process was asked to stop it.
    var isAsked = false
    /// The code of a job that was ended at once on request; nil where it was not.
    var forced: Int32?
  }

  /// What bounds the time that a job may take without a sign of life, in seconds.
  struct Limits {
    /// For a step; 0 for none.
    var step: Double
    /// For the first rank on this machine, which the launcher starts once it has heard from all machines; 0
    /// for none, as where this machine has no rank.
    var start = 0.0
    /// For the launcher, once its ranks on this machine have ended: the others end together with them, unless
    /// their machine cannot be reached.
    var launcher = 15.0
    /// For a launcher that is stopped, while no step ends; 0 for none. Ranks cannot tell of it: it would have
    /// to pass on their words.
    var launcherStopped = 0.0
    /// For what is asked to end.
    var end = 5.0
  }

  private let child: ChildGroup
  /// The name of the ranks' program, as the kernel keeps it.
  private let rankName: String
  private let launcher: MPILauncher
  private let limits: Limits
  private let tell: (Sentence) -> Void
  private(set) var watch: RunWatch

  private var outcome = Outcome(status: 0)
  /// Whether ranks of this machine were seen, and for how many seconds there have been none.
  private var hadRanks = false
  private var goneFor = 0.0
  /// For how many seconds the launcher has been stopped, and no step has ended.
  private var stoppedFor = 0.0
  /// For how many seconds ranks have been asked to stop.
  private var askedFor = 0.0
  /// When what is left is killed, and what that is; nil where nothing was asked to end.
  private var doom: (time: ContinuousClock.Instant, members: [SystemProcess])?

  /// Starts the launcher with the command line `words` and the variables `environment` alone. The ranks'
  /// program is at the path `program`.
  init(
    _ words: [String], environment: [String], of launcher: MPILauncher, program: String,
    limits: Limits,
    watch: RunWatch,
    telling tell: @escaping (Sentence) -> Void
  ) throws {
    child = try ChildGroup(words, environment: environment)
    rankName = SystemProcess.name(ofProgram: program)
    (self.launcher, self.limits, self.watch, self.tell) = (launcher, limits, watch, tell)
  }

  /// Waits for the end, and heeds the signals in `inbox` meanwhile; `requests` are those so far. Nothing of
  /// the job is left on this machine then.
  mutating func wait(_ inbox: SignalInbox, _ requests: inout StopRequests) -> Outcome {
    var last = SuspendingClock.now
    var end: ChildGroup.End?
    while end == nil {
      if let signal = inbox.stop(within: 0.1) { heed(requests.heed(signal)) }
      heed(requests.lapse())
      outcome.isAsked = requests.isAsked
      let passed = (SuspendingClock.now - last) / .seconds(1)
      if passed >= 1 {
        last = .now
        // Time in which this process was stopped, as batch systems do, does not count.
        look(after: min(passed, 2), isAsked: requests.isAsked)
      }
      end = child.end()
      guard end == nil, let doom, ContinuousClock.now >= doom.time else { continue }
      doom.members.forEach { $0.send(SIGKILL) }
      // What the system does not end, as where a disk does not answer, is not waited for.
      if ContinuousClock.now >= doom.time + .seconds(10) { end = .killed }
    }
    (outcome.status, outcome.isSignalled) = (end!.status, end!.isSignal)
    // Ranks outlive a launcher that was killed by two seconds, and may train meanwhile.
    child.endOrphans(after: outcome.isSignalled ? 0 : 1)
    watch.look(after: 0)
    return outcome
  }

  private mutating func heed(_ action: StopRequests.Action) {
    switch action {
    case .nothing: break
    case .ask(let sentence):
      tell(sentence)
      ask(localRanks)
    case .end(let code, let sentence):
      guard outcome.forced == nil else { return }
      outcome.forced = code
      tell(sentence)
      endNow()
    }
  }

  /// Looks after the job, `passed` seconds after the last look.
  private mutating func look(after passed: Double, isAsked: Bool) {
    watch.look(after: passed)
    let ranks = localRanks
    hadRanks = hadRanks || !ranks.isEmpty
    goneFor = ranks.isEmpty ? goneFor + passed : 0
    let isStopped = SystemProcess(child.leader.id)?.state == .stopped
    stoppedFor = isStopped && !watch.isTraining ? stoppedFor + passed : 0
    if isAsked {
      ask(ranks)
      askedFor += passed
    }
    guard doom == nil else { return }
    outcome.trouble = standstill
    if let trouble = outcome.trouble {
      tell("\(trouble): ending it")
      endNow()
    }
  }

  /// Why the job is taken for dead; nil where it is not.
  private var standstill: Sentence? {
    if limits.step > 0, watch.stillness >= limits.step {
      return "no step has ended for \(Int(limits.step)) s, although the job runs"
    }
    if limits.launcherStopped > 0, stoppedFor >= limits.launcherStopped {
      let seconds = NumberText.trimmed(limits.launcherStopped, places: 1)
      return
        "the launcher was stopped by a signal, and the job has waited for it for \(seconds) s"
    }
    if hadRanks {
      guard goneFor >= limits.launcher else { return nil }
      return "the ranks of this machine have ended, and the launcher waits for others"
    }
    guard limits.start > 0, goneFor >= limits.start, watch.start == nil else { return nil }
    return
      "the launcher has started no rank on this machine in \(NumberText.trimmed(limits.start, places: 1)) s, as "
      + "where another machine does not answer"
  }

  /// Asks one rank to stop, which is enough, once it listens: it then blocks SIGUSR1. The launcher would say
  /// that it forwards a signal, and MPICH's may then return 0 (4.0.2): it is asked where no rank has come up
  /// here for two seconds. To be repeated, since what comes too early is swallowed.
  private func ask(_ ranks: [SystemProcess]) {
    if let rank = ranks.first(where: { $0.blocks(SIGUSR1) }) { return rank.send(SIGUSR1) }
    let listens = child.leader.catches(SIGUSR1) || child.leader.blocks(SIGUSR1)
    if !hadRanks, askedFor >= 2, listens { child.leader.send(SIGUSR1) }
  }

  /// Ranks on this machine: children of mpirun, of MPICH's launcher's own child, or of theirs where what was
  /// named as the launcher is a script that starts one.
  private var localRanks: [SystemProcess] {
    child.leader.descendants.filter { $0.name == rankName && $0.isAlive }
  }

  /// Ends the job: mpirun has a second for ranks that listen to SIGTERM, and kills the others; MPICH's
  /// launcher would wait for ranks that save, and without it they end. SIGKILL then ends what is stopped,
  /// too.
  private mutating func endNow() {
    let members = [child.leader] + child.leader.descendants
    doom = (.now + .seconds(limits.end), members)
    child.leader.send(launcher.endsAtTerm ? SIGTERM : SIGKILL)
  }
}
