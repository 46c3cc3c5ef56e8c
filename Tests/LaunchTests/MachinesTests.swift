import Foundation
@testable import Launch
import Support
import Testing

/// Which machines and ranks a job has where some do not answer.
@Suite struct MachinesTests {
  @Test("a list, with and without slots")
  func list() {
    let machines = Machines(list: "left:2,right:1,left:3")
    #expect(machines.hosts == ["left", "right"] && machines.slots == 6)
    #expect(machines.ranks(of: nil) == nil && machines.ranks(of: 5) == 5)
    let rest = machines.without(["left", "elsewhere"])
    #expect(rest.left == ["right"] && rest.lost == ["left"] && rest.list == "right:1")
    #expect(rest.ranks(of: 5) == 1 && rest.slots == 1)
    #expect(rest.without([]).list == "left:2,right:1,left:3")
    #expect(Machines(list: "a,b,c,d").without(["a"]).ranks(of: 8) == 6)
    #expect(Machines(list: "a,b").without(["a", "b"]).ranks(of: 2) == 0)
  }

  @Test(
    "a hostfile of either kind keeps its lines",
    arguments: [
      ("left slots=2\nright slots=1 max_slots=4", "left slots=2\n", 2),
      ("# all\nleft:2\n\nme@right:1 # slow", "# all\nleft:2\n", 2),
      ("left\nright", "left\n", nil),
    ] as [(String, String, Int?)])
  func file(text: String, rest: String, slots: Int?) throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appendingPathComponent("hosts").path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let machines = try Machines(file: path)
    #expect(machines.hosts == ["left", "right"] && !machines.isLocal)
    let left = machines.without(["right"])
    #expect(left.file == rest && left.slots == slots)
  }

  @Test("without a word of machines there is this one")
  func none() {
    #expect(Machines.none.isLocal && Machines.none.hosts.isEmpty && Machines.none.file == nil)
  }
}
