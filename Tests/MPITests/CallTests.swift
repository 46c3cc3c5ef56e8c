import Foundation
import MPI
import Support
import Testing

/// All calls on one to four ranks. What is expected stands in the probe, beside the calls.
@Suite struct CallTests {
  @Test(
    "expectations hold on every rank",
    arguments: [
      "broadcasts", "communicators", "errors", "gathering", "huge-counts", "non-blocking",
      "persistent", "persistent-lengths", "point-to-point", "reductions", "too-short", "windows",
    ], 1...4)
  func holds(scenario: String, ranks: Int) throws {
    try Probe(scenario, ranks: ranks).expectToHold()
  }

  @Test("the library's settings are those of the environment", arguments: 1...2)
  func settings(ranks: Int) throws {
    try Probe("settings", ranks: ranks).expectToHold(environment: [
      "OMPI_MCA_pml": "ob1", "OMPI_MCA_mpi_yield_when_idle": "1", "OMPI_MCA_mpi_param_check": "0",
      "OMPI_MCA_btl_self_eager_limit": "1234",
      "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    ])
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
