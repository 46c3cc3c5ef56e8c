@testable import Launch
import Platform
@testable import Ranks
import Testing

/// After which ends of a job another is started.
@Suite struct JobEndTests {
  private static let openMPI = MPILauncher(library: "Open MPI 4.1.4")
  private static let mpich = MPILauncher(library: "MPICH 4.0.2")

  private static func end(_ status: Int32, _ launcher: MPILauncher, isSignalled: Bool = false)
    -> JobEnd
  {
    JobEnd(RunningJob.Outcome(status: status, isSignalled: isSignalled), of: launcher)
  }

  @Test("where nothing is lost, or nothing would be won", arguments: [0, 64, 65, 69, 74, 75])
  func final(code: Int32) {
    #expect(Self.end(code, Self.openMPI) == .final(code))
    #expect(Self.end(code, Self.mpich) == .final(code))
  }

  @Test(
    "what ended others, and what may come again at the same step",
    arguments: [
      (70, "replicas disagree", true), (71, "MPI failed", false),
      (137, "a rank was ended by SIGKILL", false), (135, "a rank was ended by SIGBUS", true),
      (139, "a rank was ended by SIGSEGV", true), (205, "a machine was lost", false),
      (1, "the launcher failed with code 1", false),
    ] as [(Int32, String, Bool)])
  func openMPI(status: Int32, words: String, mayRepeat: Bool) throws {
    try Self.expect(Self.end(status, Self.openMPI), status, words, mayRepeat)
  }

  @Test("MPICH's launcher tells a signal by its number")
  func mpich() throws {
    try Self.expect(Self.end(9, Self.mpich), 9, "a rank was ended by SIGKILL", false)
    try Self.expect(Self.end(1, Self.mpich), 1, "the launcher failed with code 1", false)
  }

  @Test("a launcher that a signal has ended is no rank")
  func launcher() throws {
    let end = Self.end(139, Self.openMPI, isSignalled: true)
    try Self.expect(end, 139, "the launcher was ended by SIGSEGV", false)
  }

  @Test("a job that was ended since it stood still")
  func stall() throws {
    var outcome = RunningJob.Outcome(status: 1)
    outcome.trouble = "no step has ended"
    try Self.expect(JobEnd(outcome, of: Self.openMPI), 71, "no step has ended", false)
  }

  private static func expect(
    _ end: JobEnd, _ code: Int32, _ words: String, _ mayRepeat: Bool
  ) throws {
    guard case .fault(let fault, let found) = end else {
      Issue.record("\(end) is no fault")
      return
    }
    #expect(found == code && fault.mayRepeat == mayRepeat)
    #expect(fault.what.description.hasPrefix(words), "\(fault.what)")
  }
}
