internal import Glibc
internal import Kernels
internal import Logging
internal import MPI
internal import Platform
internal import Ranks

/// Runs a command's work between MPI's beginning and its end, and ends the process with its code.
enum Job {
  /// Starts MPI, does `work` and exits: with its code; with that
  /// of a failure known to all ranks, told by rank zero; or, where this rank alone failed, by
  /// aborting the job.
  static func run(_ work: (borrowing Communicator) throws -> Platform.ExitCode) -> Never {
    run(in: { try work($0.communicator) })
  }

  /// As ``run(_:)``, for work that asks the library about itself.
  ///
  /// - Parameters:
  ///   - refusesStrangers: whether processes that one launcher has started but MPI keeps apart end
  ///     here: each would do the whole work, and all write the same files.
  ///   - work: what the command does.
  static func run(
    refusesStrangers: Bool = true, in work: (borrowing World) throws -> Platform.ExitCode
  ) -> Never {
    let isFirst = Launcher.rank == 0  // MPI, once it is up, sets these variables itself.
    Launcher.passOverNetworks()
    Launcher.stayAlone()
    Launcher.passOverSteps()
    Launcher.abortInSilence()
    WindowDirectory.choose()
    LoggingSystem.bootstrap { _ in SentenceLog() }
    do {
      try ProcessLimit.requireStart()
    } catch {
      // Every rank has its own limit, and most often the same.
      Launcher.leaveFirstToSpeak()
      tell(isFirst ? "\(error)" : "rank \(Launcher.rank): \(error)")
      World.abort(code: Platform.ExitCode.unavailable.rawValue)
    }
    do {
      let world = try World(threadLevel: .funneled)
      let strangers =
        refusesStrangers ? try Strangers(world, command: ProgramArguments.resolved.first) : nil
      let code =
        try strangers.map { refuse($0, isFirst: isFirst) }
        ?? accountForOutput(conclude(world, work), among: world.communicator)
      // Others end a rank that left early; all leave together.
      try world.communicator.barrier()
      try world.finalize()
      exit(code.rawValue)
    } catch {
      tell("\(error)")
      World.abort(code: Platform.ExitCode.mpi.rawValue)
    }
  }

  /// Does `work`, which takes no other rank and no MPI, once for all processes of a job: so it can
  /// be done wherever the program is, whatever started it.
  static func runAlone(_ work: () throws -> Void) -> Never {
    LoggingSystem.bootstrap { _ in SentenceLog() }
    guard Launcher.isFirstOfJob else { exit(Platform.ExitCode.done.rawValue) }
    do {
      try work()
      exit(Platform.ExitCode.done.rawValue)
    } catch {
      let failure = Failure(error)
      tell(failure.description)
      World.abort(code: failure.code.rawValue)
    }
  }

  private static func conclude(
    _ world: borrowing World, _ work: (borrowing World) throws -> Platform.ExitCode
  ) -> Platform.ExitCode {
    do {
      // MPI's threads take some of what there was before it started.
      try world.communicator.together { try ProcessLimit.require(0, for: "this command") }
      try world.communicator.together { try InstructionSet.requireChosen() }
      return try work(world)
    } catch let error as SharedFailure {
      // Of what is said about flags, whoever typed none wants to know where they came from.
      let also = error.description.contains("--") ? ProgramArguments.alsoRead : ""
      if world.communicator.rank == 0 { tell(error.description + also) }
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

  /// The code to end with where rank zero's standard output took not all that was told; collective.
  private static func accountForOutput(
    _ code: Platform.ExitCode, among world: borrowing Communicator
  ) throws -> Platform.ExitCode {
    let loss = Terminal.lossOfLines
    if let loss { tell(loss) }
    let isLost = try world.broadcast(Int64(loss == nil ? 0 : 1), from: 0) != 0
    return isLost && code == .done ? .inputOutput : code
  }

  /// The code of a process that is one of several which do not know each other; the first speaks
  /// for all.
  private static func refuse(_ strangers: Strangers, isFirst: Bool) -> Platform.ExitCode {
    // A launcher may end all with the first that fails.
    if isFirst { tell(strangers.sentence) } else { usleep(500_000) }
    return .unavailable
  }

  /// Writes a sentence to standard error, without a full stop: it may end in what is to be typed.
  static func tell(_ sentence: String) {
    switch LogFormat.current {
    case .text: Terminal.error("lockstep: \(sentence)\n")
    case .json: Terminal.error(JSONLine(SentenceRow(message: sentence)).text + "\n")
    }
  }
}

/// Writes what libraries log as sentences on standard error, without time and host: a launcher can
/// add those.
private struct SentenceLog: LogHandler {
  var logLevel = Logger.Level.notice
  var metadata = Logger.Metadata()

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    Job.tell(event.message.description)
  }
}
