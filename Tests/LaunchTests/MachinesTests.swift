import Foundation
@testable import Launch
import Platform
import Ranks
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

  @Test("more ranks than slots are a mistake, where slots are known")
  func problem() {
    let openMPI = MPILauncher(library: "Open MPI 4.1.4")
    #expect(Machines(list: "left:2,right:1").problem(of: 4, openMPI) != nil)
    #expect(Machines(list: "left:2,right:1").problem(of: 3, openMPI) == nil)
    #expect(Machines(list: "left,right:1").problem(of: 4, openMPI) == nil)
    #expect(Machines(list: "left:1").problem(of: nil, openMPI) == nil)
    #expect(Machines.none.problem(of: 2, openMPI) == nil)
    #expect(Machines(list: "left:1").problem(of: 2, MPILauncher(library: "MPICH 4.0.2")) == nil)
  }

  @Test("Slurm decides itself how many ranks its nodes take")
  func slurmDecides() {
    var request = LaunchRequest()
    (request.ranks, request.machines) = (4, Machines(list: "left:1,right:1"))
    request.launcher = "/usr/bin/srun"
    #expect(LaunchCommand(request, threads: 1).problem == nil)
    request.launcher = nil
    let isOpenMPI = LaunchCommand(request, threads: 1).launcher.isOpenMPI
    #expect((LaunchCommand(request, threads: 1).problem != nil) == isOpenMPI)
  }

  @Test("this machine is known by its name, with a domain or without, and not where it is left out")
  func this() {
    let own = HostName.own
    for list in ["left,\(own):2", "\(own).example.org", "localhost:4"] {
      #expect(Machines(list: list).includesThis, "\(list)")
    }
    #expect(!Machines(list: "left,right").includesThis && !Machines.none.includesThis)
    #expect(!Machines(list: "left,\(own)").without([own]).includesThis)
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

  @Test(
    "Slurm's way to write many",
    arguments: [
      ("vm", "2", "vm:2"), ("node[1-3]", "2(x2),1", "node1:2,node2:2,node3:1"),
      ("a[08-10,2]x,login", "1(x5)", "a08x:1,a09x:1,a10x:1,a2x:1,login:1"), ("a,b", nil, "a:1,b:1"),
    ] as [(String, String?, String)])
  func slurm(nodes: String, tasks: String?, list: String) throws {
    var environment = ["SLURM_JOB_NODELIST": nodes]
    environment["SLURM_TASKS_PER_NODE"] = tasks
    #expect(try #require(Machines(slurm: environment)).list == list)
    #expect(Machines(slurm: [:]) == nil)
  }

  @Test("without a word of machines there is this one")
  func none() {
    #expect(Machines.none.isLocal && Machines.none.hosts.isEmpty && Machines.none.file == nil)
  }
}
