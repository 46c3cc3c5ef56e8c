internal import Checkpoints
internal import FoundationEssentials
internal import Glibc
package import Platform
internal import Ranks

/// Starts a training job and, where it dies, another that goes on from the newest whole checkpoint.
///
///     let code = try Supervisor(request, command, observer, inbox).run()
///
/// It takes no part in MPI. A job ends it where nothing would be won by another: see ``JobEnd``. So does the
/// second end of one kind at one step: a fault of the data or the recipe is no fault of a host.
package struct Supervisor {
  private let request: LaunchRequest
  private let command: any TrainingCommand
  private let observer: any LaunchObserver
  private let inbox: SignalInbox
  private let start = ContinuousClock.now

  private var launch: LaunchCommand
  private var requests: StopRequests
  private var restarts = 0
  /// Whether a job of this supervisor has begun the run.
  private var hasBegun = false
  /// The last fault that may repeat, and the step after which it came.
  private var lastFault: (fault: JobEnd.Fault, code: Int32, step: Int?)?

  /// A supervisor for `command`, whose signals come by `inbox`.
  package init(
    _ request: LaunchRequest, _ command: any TrainingCommand, _ observer: any LaunchObserver,
    _ inbox: SignalInbox
  ) {
    (self.request, self.command, self.observer, self.inbox) = (request, command, observer, inbox)
    launch = LaunchCommand(request, threads: command.threads)
    requests = StopRequests(patience: request.stopWithin)
  }

  /// Runs jobs until one has ended for good.
  ///
  /// - Returns: the code to exit with.
  /// - Throws: `Failure` where the launcher cannot be started.
  package mutating func run() throws -> Int32 {
    Leftovers.remove()
    defer { launch.end() }
    if let few = launch.ranks, few < request.minRanks {
      throw Failure(
        .usage,
        "there is room for \(Wording.count(few, "rank")), and \(setting: "min-ranks", request.minRanks) wants more; "
          + "name more machines or slots")
    }
    if let problem = launch.problem { throw Failure(.usage, problem) }
    while true {
      let (outcome, watch) = try runJob()
      hasBegun = hasBegun || watch.start != nil
      if let code = conclude(outcome) { return code }
      guard case .fault(let fault, let code) = JobEnd(outcome, of: launch.launcher) else {
        return outcome.status
      }
      if requests.isAsked {
        observer.tell(
          "\(fault.what) before it could stop; the same command goes on from the last checkpoint, if there is one"
        )
        return code
      }
      if repeats(fault, code, at: watch.progress?.step) || isSpent(fault) { return code }
      if let end = prepare(fault, code, watch) { return end }
    }
  }

  private mutating func runJob() throws -> (RunningJob.Outcome, RunWatch) {
    let passed = (ContinuousClock.now - start) / .seconds(1)
    // A run that its first job has begun anew is not begun anew again, and has no other to go on from.
    let origin: TrainingOrigin =
      hasBegun && (hasCheckpoint || command.beginsAnew) ? .newest : .asAsked
    let program = command.words(
      origin, stopAfter: command.stopAfter.map { max(0, $0 - passed) },
      stallAbort: request.stallAbort)
    let words = try launch.words(for: program, exporting: command.variables)
    var job = try RunningJob(
      words, environment: launch.environment(request.environment), of: launch.launcher,
      program: program[0],
      limits: limits,
      watch: RunWatch(command.run),
      telling: observer.tell)
    let outcome = job.wait(inbox, &requests)
    return (outcome, job.watch)
  }

  /// For what its ranks cannot see.
  private var limits: RunningJob.Limits {
    guard request.stallAbort > 0 else { return RunningJob.Limits(step: 0) }
    let still = max(request.stallAbort, command.stallAbort)
    return RunningJob.Limits(
      // As where all ranks are stopped; an evaluation has the time of many steps.
      step: 10 * still,
      // A machine that is cut off before the launcher's daemon there has called home is waited for, for ever.
      start: launch.startsRanksHere ? max(still, command.connectTimeout) : 0,
      launcherStopped: still)
  }

  private var hasCheckpoint: Bool {
    ((try? CheckpointReference.newest(inRun: command.run)) ?? nil) != nil
  }

  /// The code to exit with after a job that was asked to stop, or needs no other; nil where it has died by
  /// itself.
  private func conclude(_ outcome: RunningJob.Outcome) -> Int32? {
    let status = outcome.status
    if let forced = outcome.forced {
      return [0, Platform.ExitCode.stopped.rawValue].contains(status) ? status : forced
    }
    if outcome.isAsked, status == launch.launcher.code(ofSignal: SIGUSR1) {
      // The signal reached a rank before it listened.
      observer.tell("stopped before training began; the same command starts again")
      return Platform.ExitCode.stopped.rawValue
    }
    return nil
  }

  /// Whether the same fault came at the same step before; if so, tells it.
  private mutating func repeats(_ fault: JobEnd.Fault, _ code: Int32, at step: Int?) -> Bool {
    guard fault.mayRepeat else {
      lastFault = nil
      return false
    }
    defer { lastFault = (fault, code, step) }
    guard let last = lastFault, (last.code, last.step) == (code, step) else { return false }
    let place = step.map { "the step after \($0.grouped) fails" } ?? "the start fails"
    observer.tell(
      "\(place) again, in the same way (\(fault.what)): that is a fault of the data, the recipe or the program, "
        + "not of a machine, and another start would not help")
    return true
  }

  /// Whether no restart is left; if so, tells it.
  private func isSpent(_ fault: JobEnd.Fault) -> Bool {
    guard restarts >= request.maxRestarts else { return false }
    let spent = restarts == 0 ? "" : ", after \(Wording.count(restarts, "restart"))"
    observer.tell(
      "\(fault.what)\(spent), and \(setting: "max-restarts", request.maxRestarts) allows no other; the same command goes on from the "
        + "last checkpoint, if there is one")
    return true
  }

  /// Waits, finds out which machines answer, and tells how the next job goes on.
  ///
  /// - Returns: the code to exit with where there is no next job; nil where there is.
  private mutating func prepare(
    _ fault: JobEnd.Fault, _ code: Int32, _ watch: RunWatch
  ) -> Int32? {
    let loss = watch.loss
    while true {
      restarts += 1
      let delay = min(60, Double(1 << min(restarts - 1, 10)))
      guard let found = pause(delay) else {
        observer.tell("stopped while no job ran; the same command goes on from the last checkpoint")
        return Platform.ExitCode.stopped.rawValue
      }
      // ssh may know more names than the name service, but not where the launcher has failed with them.
      let unknown =
        fault.isLaunchers && watch.start == nil && found.unknown.count < launch.machines.hosts.count
        ? found.unknown : []
      launch.machines = launch.machines.without(found.silent + unknown)
      let ranks = launch.ranks
      guard let few = ranks, few < request.minRanks else {
        observer.restarts(
          Restart(
            number: restarts, limit: request.maxRestarts, reason: fault.what, code: code,
            step: loss.step, checkpoint: loss.checkpoint, lostSteps: loss.steps,
            lostSeconds: loss.seconds, ranks: ranks, hosts: launch.machines.left,
            lostHosts: launch.machines.lost.sorted()))
        return nil
      }
      let what: Sentence =
        "\(fault.what); no answer from \(Wording.hosts(launch.machines.lost.sorted())), and the machines left have "
        + "\(Wording.count(few, "rank")), fewer than \(setting: "min-ranks", request.minRanks)"
      guard restarts < request.maxRestarts else {
        observer.tell("\(what); the same command goes on once they answer")
        return Platform.ExitCode.unavailable.rawValue
      }
      observer.tell("\(what); asking again")
    }
  }

  /// Waits so many `seconds`, and longer where a process of the last job still has the run directory.
  ///
  /// - Returns: what is known of the machines then; nil where a signal came.
  private mutating func pause(_ seconds: Double) -> HostReach.Findings? {
    let start = ContinuousClock.now
    let probe = HostProbe(launch.machines.hosts, within: 5)
    while true {
      if let signal = inbox.stop(within: 0.1) {
        _ = requests.heed(signal)
        return nil
      }
      let passed = (ContinuousClock.now - start) / .seconds(1)
      guard passed >= seconds, let found = probe.findings else { continue }
      // A file server keeps the lock of a machine that is gone for its lease, 90 s.
      if passed > seconds + 120 || !JobProgress.isInUse(command.run) { return found }
    }
  }
}
