import Support
import Testing

/// Training on several hosts, which this machine pretends to be.
@Suite(.enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
struct HostTests {
  private static let hosts = [[1, 1], [2, 2], [2, 1], [1, 1, 1], [1, 1, 1, 1]]

  @Test("hosts that add up gradients agree with one process to rounding", arguments: hosts)
  func allReduce(hosts: [Int]) throws {
    let folder = try RunFolder.trained()
    let other = folder.path("other")
    try folder.train("--epochs", "2", on: .hosts(hosts), run: other).succeed()
    let rows = try [other, folder.run].map { try RunContents($0).rows() }
    #expect(rows[0].map(\.step) == rows[1].map(\.step))
    #expect(rows[0].compactMap(\.ranks) == [Int](repeating: hosts.reduce(0, +), count: 2))
    expectClose(
      rows[0].flatMap { [$0.reconstruction, $0.kl] },
      rows[1].flatMap { [$0.reconstruction, $0.kl] }, 1e-4)
  }
}
