import Foundation
import Support
import Testing

/// What `scripts/hosts` makes of its options, and where it lets mpirun write.
@Suite struct HostsScriptTests {
  private func run(_ words: [String]) throws -> Command.Outcome {
    try Command([Hosts.script] + words).run(seconds: 20)
  }

  @Test(
    "a rate that is none is told of once",
    arguments: [
      ["--rate", "foo"], ["--rate=foo"], ["--rate", "0gbit"], ["--rate", "1"], ["--rate="],
    ])
  func wrong(words: [String]) throws {
    let outcome = try run(words + ["1,1", "true"])
    #expect(outcome.status == 64)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("hosts: --rate must be"), "\(outcome.errors)")
  }

  @Test(
    "a rate in every spelling", .enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"),
    arguments: [["--rate", "1gbit"], ["--rate=2.5Mbit"], ["--rate=10mbps"]])
  func rate(words: [String]) throws {
    let outcome = try run(words + ["1,1", "true"])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test(
    "mpirun's own files are not in /tmp, which other users and later jobs see",
    .enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
  func folders() throws {
    let outcome = try run(["1,1", "mpirun", "--quiet", "sh", "-c", "ls -d /run/ompi.$(hostname).*"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("/run/ompi.node1.") }, "\(outcome.output)")
    #expect(lines.contains { $0.hasPrefix("/run/ompi.node2.") }, "\(outcome.output)")
  }
}
