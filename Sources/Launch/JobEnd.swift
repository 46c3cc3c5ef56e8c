internal import Glibc
internal import Platform
internal import Ranks

/// What the end of a job means for the next.
enum JobEnd: Equatable {
  /// Another job would end in the same way, or none is needed: this process ends with the code.
  case final(Int32)
  /// Something broke: another job goes on. This process ends with the code where there is none.
  case fault(Fault, code: Int32)

  /// What broke.
  struct Fault: Equatable {
    /// What is known of it.
    let what: Sentence
    /// Whether it may be one of the program, its data or its recipe, which comes again at the same step.
    /// Ranks that others have killed, and machines that are gone, tell nothing about a step.
    let mayRepeat: Bool
    /// Whether it is the launcher that has failed, with a code of its own.
    var isLaunchers = false
  }

  /// The codes with which nothing is lost, or that another job would end with, too. What the system refuses
  /// to read or write (`inputOutput`) is among them: training has tried that several times.
  static let finalCodes: Set<Platform.ExitCode> = [
    .done, .usage, .badData, .unavailable, .inputOutput, .stopped,
  ]

  /// Signals that a process sends itself, by what it does.
  private static let crashes: Set<Int32> = [
    SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS,
  ]

  /// Judges the end of a job of `launcher`.
  init(_ outcome: RunningJob.Outcome, of launcher: MPILauncher) {
    let status = outcome.status
    if let trouble = outcome.trouble, outcome.forced == nil {
      self = .fault(Fault(what: trouble, mayRepeat: false), code: Platform.ExitCode.mpi.rawValue)
    } else if let signal = outcome.signal {
      self = .fault(
        Fault(
          // Ranks that end a job kill a launcher that goes on waiting for a lost machine.
          what: "the launcher was ended by \(Self.name(signal))"
            + (signal == SIGKILL ? ", by its ranks or from outside" : ""), mayRepeat: false),
        code: status)
    } else if let code = Platform.ExitCode(rawValue: status) {
      self =
        Self.finalCodes.contains(code)
        ? .final(status)
        : .fault(Fault(what: Self.meaning(of: code), mayRepeat: code != .mpi), code: status)
    } else if let signal = (1...SIGSYS).first(where: {
      [128 + $0, launcher.code(ofSignal: $0)].contains(status)
    }),
      status != 1
    {
      self = .fault(
        Fault(
          what: "a rank was ended by \(Self.name(signal))", mayRepeat: Self.crashes.contains(signal)
        ),
        code: status)
    } else if status == 205, launcher.isOpenMPI {
      self = .fault(
        Fault(what: "a machine was lost, or the network to it", mayRepeat: false), code: status)
    } else {
      self = .fault(
        Fault(
          what: "the launcher failed with code \(status)", mayRepeat: false, isLaunchers: true),
        code: status)
    }
  }

  /// What a code means, of which the ranks have told the reason.
  private static func meaning(of code: Platform.ExitCode) -> Sentence {
    code == .mpi ? "MPI failed, or ranks stood still" : "\(code.meaning)"
  }

  private static func name(_ signal: Int32) -> String {
    let names: [Int32: String] = [
      SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
      SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL",
      SIGSEGV: "SIGSEGV",
      SIGPIPE: "SIGPIPE", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
      SIGSYS: "SIGSYS",
    ]
    return names[signal] ?? "signal \(signal)"
  }
}
