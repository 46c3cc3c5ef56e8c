/// The program's exit code; the values from 64 on are those of `sysexits.h`.
public enum ExitCode: Int32, CaseIterable, Codable, Sendable {
  /// The command did what it was asked to do.
  case done = 0
  /// The command line cannot be understood, or its flags contradict one another.
  case usage = 64
  /// The data or the checkpoint is not what it should be.
  case badData = 65
  /// This machine cannot do what was asked.
  case unavailable = 69
  /// The replicas disagree, a processor computes wrongly, or a number is not finite.
  case disagreement = 70
  /// MPI failed.
  case mpi = 71
  /// The system refused to read or write.
  case inputOutput = 74
  /// Stopped on request; the run can be resumed.
  case stopped = 75

  /// The code's meaning in a few words, as help and manual list it.
  public var meaning: String {
    switch self {
    case .done: "done"
    case .usage: "wrong usage"
    case .badData: "bad data or checkpoint"
    case .unavailable: "this machine cannot"
    case .disagreement: "replicas disagree, a processor errs or a number is not finite"
    case .mpi: "MPI failed"
    case .inputOutput: "input or output failed"
    case .stopped: "stopped on request and resumable"
    }
  }
}
