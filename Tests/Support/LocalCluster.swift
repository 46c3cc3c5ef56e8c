internal import Foundation
internal import Testing

/// A cluster of `cluster/local` that is up while a test has it, under a name of its own.
package final class LocalCluster: Sendable {
  package let name = "test-\(UUID().uuidString.prefix(8).lowercased())"

  package init(slots: [Int] = [1, 1]) throws {
    try up(slots: slots)
  }

  deinit { _ = try? call("down") }

  /// Runs one of the script's commands on this cluster.
  @discardableResult
  package func call(_ words: String..., status: Int32 = 0) throws -> Command.Outcome {
    let outcome = try Command([Hosts.script] + words + ["--name", name]).run(seconds: 20)
    #expect(outcome.status == status, "\(words): \(outcome.reported)")
    return outcome
  }

  package func up(slots: [Int] = [1, 1], status: Int32 = 0) throws {
    let list = slots.map(String.init).joined(separator: ",")
    try call("up", "\(slots.count)", "--slots", list, status: status)
  }

  /// The words that begin a command on the first host.
  package var words: [String] { [Hosts.script, "run", "--name", name, "--"] }

  /// What a line of shell does on the first host.
  package func run(_ line: String, seconds: Int = 20) throws -> Command.Outcome {
    try Command(words + ["sh", "-c", line]).run(seconds: seconds)
  }

  /// The rows of `status` that tell of this cluster: host, slots, rate and link.
  package func status() throws -> [[String]] {
    try Command([Hosts.script, "status"]).run(seconds: 20).output
      .split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      .filter { $0.first == name }.map { Array($0.dropFirst()) }
  }

  /// The process that keeps the cluster.
  package func keeper() throws -> String {
    try String(contentsOfFile: "/run/lockstep-cluster/\(name)", encoding: .utf8)
      .split(separator: "\n").first.map(String.init) ?? ""
  }
}
