import Support
import Testing

/// Calls between hosts, which this machine pretends to be.
@Suite(.enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
struct HostTests {
  @Test("calls do what they promise between hosts", arguments: [[1, 1], [2, 1]])
  func calls(hosts: [Int]) throws {
    try Probe(
      [
        "nodes", "broadcasts", "gathering", "non-blocking", "persistent", "point-to-point",
        "reductions",
      ], ["\(hosts.count)"], hosts: hosts
    ).expectToHold(seconds: 300)
  }

  @Test("the ranks of a host share memory", arguments: [[2], [1, 1, 1, 1]])
  func nodes(hosts: [Int]) throws {
    try Probe(["nodes"], ["\(hosts.count)"], hosts: hosts).expectToHold()
  }

  /// With MPICH before 4.2, this needs the help of the target CMPICHLauncher.
  @Test("a rank may call finalize() later than others", arguments: [[1, 1], [1, 3, 2]])
  func late(hosts: [Int]) throws {
    try Probe(["nodes", "late"], ["\(hosts.count)"], hosts: hosts).expectToHold()
  }

  @Test("a rank that fails ends those on other hosts, too", arguments: [[1, 1], [2, 1]])
  func failing(hosts: [Int]) throws {
    let outcome = try Probe(["one-rank-throws"], hosts: hosts).run(seconds: 20)
    #expect(outcome.status == 71, "\(outcome.reported)")
  }
}
