internal import Glibc
internal import Kernels
internal import Logging
internal import MPI
internal import Platform
internal import Ranks

/// Runs a command on this rank: starts MPI, does the command's work, ends MPI and exits with the work's
/// code.
enum Job {
  /// Starts MPI, does `work` and exits.
  ///
  /// The exit code is what `work` returns, unless output was lost. A failure that all ranks know
  /// (`SharedFailure`) is told by rank zero, and all ranks exit with its code. A failure of this rank
  /// alone aborts the job.
  static func run(
    connectTimeout: Double = 60, _ work: (borrowing Communicator) throws -> Platform.ExitCode
  ) -> Never {
    run(connectTimeout: connectTimeout, in: { try work($0.communicator) })
  }

  /// As ``run(_:)``, for work that needs the whole `World`, to ask the library about itself.
  ///
  /// - Parameters:
  ///   - refusesStrangers: whether to end if one launcher has started several processes that MPI
  ///     does not connect: each process would do the whole work, and all would write the same files.
  ///   - connectTimeout: the seconds within which the job ends if its ranks do not find one another; 0
  ///     for never.
  ///   - work: what the command does.
  static func run(
    refusesStrangers: Bool = true, connectTimeout: Double = 60,
    in work: (borrowing World) throws -> Platform.ExitCode
  ) -> Never {
    let isFirst = Launcher.rank == 0  // MPI, once it is up, sets these variables itself.
    Launcher.passOverNetworks()
    Launcher.passOverRemoteWindows()
    Launcher.stayAlone()
    Launcher.passOverSteps()
    LaunchedProcesses.passOverOtherLaunchers()
    Launcher.abortInSilence()
    WindowDirectory.choose()
    if Launcher.isFirstOfMachine { Leftovers.remove() }
    LoggingSystem.bootstrap { _ in SentenceLog() }
    do {
      try ProcessLimit.requireStart()
    } catch {
      // Every rank has a limit of its own, but most often all limits are the same.
      Launcher.leaveFirstToSpeak()
      let sentence = Sentence(of: error)
      tell(isFirst ? sentence : "rank \(Launcher.rank): \(sentence)")
      World.abort(code: Platform.ExitCode.unavailable.rawValue)
    }
    do {
      ConnectionWatch.limit = connectTimeout
      let watch = ConnectionWatch(rank: Launcher.rank)
      let world = try World(threadLevel: .funneled)
      try watch.meetFirst(of: world.communicator)
      watch.end()
      let strangers =
        refusesStrangers ? try Strangers(world, command: ProgramArguments.resolved.first) : nil
      let outcome = strangers.map { refuse($0, isFirst: isFirst) } ?? conclude(world, work)
      EndWatch.begin(with: outcome.rawValue)
      let code =
        try strangers == nil ? accountForOutput(outcome, among: world.communicator) : outcome
      // A rank that ended early would be taken for a failure; so all ranks end together.
      try world.communicator.barrier()
      try world.finalize()
      EndWatch.end()
      exit(code.rawValue)
    } catch {
      tell(Sentence(of: error))
      World.abort(code: Platform.ExitCode.mpi.rawValue)
    }
  }

  /// Does `work`, which needs neither MPI nor other ranks, in the first process of a job and exits;
  /// the other processes exit at once.
  static func runAlone(_ work: () throws -> Void) -> Never {
    LoggingSystem.bootstrap { _ in SentenceLog() }
    guard Launcher.isFirstOfJob else { exit(Platform.ExitCode.done.rawValue) }
    do {
      try work()
      exit(Platform.ExitCode.done.rawValue)
    } catch {
      let failure = Failure(error)
      tell(failure.sentence)
      World.abort(code: failure.code.rawValue)
    }
  }

  private static func conclude(
    _ world: borrowing World, _ work: (borrowing World) throws -> Platform.ExitCode
  ) -> Platform.ExitCode {
    do {
      // MPI has taken some of the memory that the limit allows.
      try world.communicator.together { try ProcessLimit.require(0, for: "this command") }
      try world.communicator.together { try InstructionSet.requireChosen() }
      return try work(world)
    } catch let error as SharedFailure {
      // A user who did not type the flags that a sentence names must learn where they came from.
      let text = error.failure.sentence.text(in: .commandLine)
      let also = text.contains("--") ? ProgramArguments.alsoRead : ""
      if world.communicator.rank == 0 { tell(Sentence(text + also)) }
      return error.failure.code
    } catch let error as MPIError {
      tell("rank \(world.communicator.rank): \(error)")
      World.abort(code: Platform.ExitCode.mpi.rawValue)
    } catch {
      let failure = Failure(error)
      tell("rank \(world.communicator.rank): \(failure)")
      World.abort(code: failure.code.rawValue)
    }
  }

  /// The code to exit with: `code`, or `inputOutput` where `code` is `done` but lines could not be
  /// written to rank zero's standard output; collective.
  private static func accountForOutput(
    _ code: Platform.ExitCode, among world: borrowing Communicator
  ) throws -> Platform.ExitCode {
    let loss = Terminal.lossOfLines
    if let loss { tell(Sentence(loss)) }
    let isLost = try world.broadcast(Int64(loss == nil ? 0 : 1), from: 0) != 0
    return isLost && code == .done ? .inputOutput : code
  }

  /// The code to exit with for a process that MPI does not connect with the others that were started
  /// with it. The first process tells the reason.
  private static func refuse(_ strangers: Strangers, isFirst: Bool) -> Platform.ExitCode {
    // The others wait, since a launcher may end all processes when the first of them fails.
    if isFirst { tell(Sentence(strangers.sentence)) } else { usleep(500_000) }
    return .unavailable
  }

  /// Writes a sentence to standard error, in the words of the command line, as ``LogFormat/current``
  /// asks for. The sentence has no full stop, since it may end with words to type.
  static func tell(_ sentence: Sentence, of program: String = "lockstep") {
    let text = sentence.text(in: .commandLine)
    switch LogFormat.current {
    case .text: Terminal.error("\(program): \(text)\n")
    case .json: Terminal.error(JSONLine(SentenceRow(message: text)).text + "\n")
    }
  }
}

/// Receives all that this package logs through swift-log, and writes each message as a sentence on standard
/// error, without level and time: a launcher can add those.
private struct SentenceLog: LogHandler {
  var logLevel = Logger.Level.notice
  var metadata = Logger.Metadata()

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    Job.tell(event.sentence)
  }
}
