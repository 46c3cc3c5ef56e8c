import Foundation
import MPI
import Support
import Testing

/// All calls on one to four ranks. What is expected stands in the probe, beside the calls.
@Suite struct CallTests {
  @Test(
    "expectations hold on every rank",
    arguments: [
      "arrays", "booleans", "broadcasts", "communicators", "errors", "gathering", "huge-counts",
      "non-blocking", "persistent", "persistent-lengths", "point-to-point", "reductions",
      "too-short", "windows",
    ], 1...4)
  func holds(scenario: String, ranks: Int) throws {
    try Probe(scenario, ranks: ranks).expectToHold()
  }

  /// Settings, what the environment makes them, and how they read: text; numbers with a name, of
  /// one byte and, where there are several ranks, of four; plain numbers.
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

  @Test("the library's settings are those of the environment", arguments: 1...2)
  func settings(ranks: Int) throws {
    let known = Self.settings.filter { !$0.0.hasPrefix("btl_vader") || ranks > 1 }
    let prefix = Library.isOpenMPI ? "OMPI_MCA_" : ""
    try Probe(["settings"] + known.map { "\($0.0)=\($0.2)" }, ranks: ranks).expectToHold(
      environment: [String: String](uniqueKeysWithValues: known.map { (prefix + $0.0, $0.1) }))
  }

  @Test("MPI lives once, with the thread level asked for", arguments: ThreadLevel.allCases)
  func life(level: ThreadLevel) throws {
    try Probe("life", "\(level)", ranks: 2).expectToHold()
  }

  @Test("a program that mpirun did not start is a world of one")
  func singleton() throws {
    let outcome = try Command([Command.built("mpi-probe"), "reductions"]).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    Probe("reductions", ranks: 1).expectReports(in: outcome.output)
  }

  @Test("a request dropped under way says so, and its memory stays MPI's", arguments: 1...2)
  func dropping(ranks: Int) throws {
    let probe = Probe("drops-a-request", ranks: ranks)
    let outcome = try probe.run()
    #expect(outcome.status == 0, "\(outcome.reported)")
    #expect(outcome.reported.contains("a request for Float was dropped while its operation was"))
    probe.expectReports(in: outcome.output)
  }
}
