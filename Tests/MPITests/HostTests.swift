import Support
import Testing

/// Calls that go over a network, between pretended hosts of this machine.
@Suite(.enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
struct HostTests {
  @Test(
    "expectations hold between hosts",
    arguments: [
      "broadcasts", "gathering", "non-blocking", "persistent", "point-to-point", "reductions",
    ],
    [[1, 1], [2, 1]])
  func holds(scenario: String, hosts: [Int]) throws {
    try Probe(scenario, hosts: hosts).expectToHold()
  }

  @Test(
    "the ranks of a host share memory",
    arguments: [[2], [1, 1], [2, 1], [1, 3, 2], [1, 1, 1, 1]])
  func nodes(hosts: [Int]) throws {
    try Probe("nodes", "\(hosts.count)", hosts: hosts).expectToHold()
  }

  /// MPICH's end is ours to help along: see `CMPI_finalize`.
  @Test("a rank may come late to the end", arguments: [[1, 1], [1, 3, 2]])
  func late(hosts: [Int]) throws {
    try Probe("late", hosts: hosts).expectToHold()
  }

  @Test("a rank that fails ends those of other hosts, too", arguments: [[1, 1], [2, 1]])
  func failing(hosts: [Int]) throws {
    let outcome = try Probe("one-rank-throws", hosts: hosts).run(seconds: 20)
    #expect(outcome.status == 71, "\(outcome.reported)")
  }
}
