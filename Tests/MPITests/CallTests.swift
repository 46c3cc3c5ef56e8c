import Foundation
import MPI
import Support
import Testing

/// Debian's library of another kind than the MPI of this build, where it is installed.
private let otherKind =
  "/usr/lib/x86_64-linux-gnu/" + (Library.isOpenMPI ? "libmpich.so.12" : "libmpi.so.40")

/// Why it cannot be loaded in the place of this build's library, or is no wrong one.
private let otherObstacle: Comment? =
  if World.header.hasPrefix("standard") {
    "a program of the standard ABI has no kind"
  } else if !FileManager.default.fileExists(atPath: otherKind) {
    "there is no other library"
  } else if Library.isOpenMPI && ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] != nil {
    "Debian's MPICH does not load beside another UCX than Debian's"
  } else {
    nil
  }

/// All calls on one to four ranks. The expected values are in the source of `mpi-probe`.
@Suite struct CallTests {
  @Test("calls do what they promise, on every rank", arguments: 1...4)
  func calls(ranks: Int) throws {
    try Probe(
      [
        "arrays", "booleans", "broadcasts", "communicators", "gathering", "non-blocking",
        "persistent", "point-to-point", "reductions", "windows",
      ], ranks: ranks
    ).expectToHold(seconds: 300)
  }

  @Test("mistakes are thrown on every rank, and do no harm", arguments: 1...4)
  func mistakes(ranks: Int) throws {
    try Probe(["errors", "huge-counts", "persistent-lengths", "too-short"], ranks: ranks)
      .expectToHold()
  }

  /// Settings of the library: the name, the value in the environment, and the text that `setting`
  /// returns. There are texts, numbers that have a name, and other numbers. A setting of
  /// `btl_vader`, which is a number of four bytes, is known only if there are several ranks.
  private static let settings =
    Library.isOpenMPI
    ? [
      ("pml", "ob1", "ob1"), ("mpi_yield_when_idle", "1", "true"),
      ("mpi_param_check", "0", "false"), ("btl_self_eager_limit", "1234", "1234"),
      ("btl_vader_single_copy_mechanism", "none", "none"),
    ]
    : [
      ("MPIR_CVAR_ASYNC_PROGRESS", "0", "0"),
      ("MPIR_CVAR_POLLS_BEFORE_YIELD", "1234", "1234"),
      ("MPIR_CVAR_SUPPRESS_ABORT_MESSAGE", "1", "1"),
    ]

  @Test(
    "the library's settings are those of the environment",
    .enabled(if: !Library.isIntel, "its settings have other names"), arguments: 1...2)
  func settings(ranks: Int) throws {
    let known = Self.settings.filter {
      !$0.0.hasPrefix("btl_vader") || ranks > 1 && Library.isOpenMPI4
    }
    let prefix = Library.isOpenMPI ? "OMPI_MCA_" : ""
    try Probe(["settings"], known.map { "\($0.0)=\($0.2)" }, ranks: ranks).expectToHold(
      environment: [String: String](uniqueKeysWithValues: known.map { (prefix + $0.0, $0.1) }))
  }

  @Test("MPI is initialised once, with the required level", arguments: ThreadLevel.allCases)
  func life(level: ThreadLevel) throws {
    try Probe(["life"], ["\(level)"], ranks: 2).expectToHold()
  }

  @Test("a program that mpirun did not start is a world of one rank")
  func singleton() throws {
    let outcome = try Command([Command.built("mpi-probe"), "reductions"]).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    Probe(["reductions"], ranks: 1).expectReports(in: outcome.output)
  }

  @Test(
    "a library of another kind than the header is refused before it crashes",
    .enabled(if: otherObstacle == nil, otherObstacle))
  func otherLibrary() throws {
    let outcome = try Command(
      [Command.built("mpi-probe"), "reductions"], environment: ["LD_PRELOAD": otherKind]
    ).run()
    #expect((1..<128).contains(outcome.status), "\(outcome.status)")
    #expect(
      outcome.errors.contains(
        /was compiled for \S+ (MPI )?\S+ and has loaded (Open MPI|MPICH) \d/),
      "\(outcome.errors)")
  }

  @Test("a request that is dropped too early says so and keeps its memory", arguments: 1...2)
  func dropping(ranks: Int) throws {
    let probe = Probe(["drops-a-request"], ranks: ranks)
    let outcome = try probe.run()
    #expect(outcome.status == 0, "\(outcome.reported)")
    #expect(outcome.reported.contains("a request for Float was dropped while its operation was"))
    probe.expectReports(in: outcome.output)
  }
}
