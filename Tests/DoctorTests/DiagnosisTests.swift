@testable import Doctor
import Kernels
@testable import Platform
@testable import Ranks
import Testing

/// The doctor's judgement of jobs that this machine need not be able to run.
@Suite struct DiagnosisTests {
  func problems(_ ranks: [RankFindings]) -> [Problem] {
    Diagnosis(JobFindings(ranks: ranks)).problems
  }

  @Test(
    "a good job has no problem",
    arguments: [(1, 1, 1, 0), (1, 4, 1, 0), (1, 64, 2, 0), (16, 8, 2, 0), (2, 4, 1, 2)])
  func good(hosts: Int, cores: Int, threadsPerCore: Int, idle: Int) {
    let ranks = SampleJob.make(
      hosts: hosts, cores: cores, threadsPerCore: threadsPerCore, idle: idle)
    #expect(problems(ranks) == [])
  }

  /// A way to spoil a job of two hosts of four cores, the name of the problem, and its advice.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let parts: [String]
    let spoil: @Sendable (inout [RankFindings]) -> Void

    init(
      _ name: String, _ parts: String..., spoil: @escaping @Sendable (inout [RankFindings]) -> Void
    ) {
      self.name = name
      self.parts = parts
      self.spoil = spoil
    }

    var testDescription: String { "\(name) \(parts)" }
  }

  static let cases = [
    Case("oversubscribed", "5 ranks on host0 share 4 cores", "4 slots") { ranks in
      ranks.insert(ranks[0], at: 0)
      ranks.insert(ranks[5], at: 6)
      for rank in ranks.indices { ranks[rank].transport.yields = true }
    },
    Case("spinning", "ranks on host1 wait", "mpi_yield_when_idle 1") { ranks in
      for rank in 4..<8 { ranks[rank].threads = 2 }
      for rank in 0..<4 { ranks[rank].threads = 1 }
    },
    Case("quota", "the time of 2.5 CPUs", "raise the container's CPU limit") { ranks in
      for rank in 0..<4 { ranks[rank].processor.quota = 2.5 }
    },
    Case("unbound", "ranks 4-7 may run on any of 4 cores", "--bind-to core") { ranks in
      for rank in 4..<8 { ranks[rank].cpus = ranks[rank].processor.online }
    },
    Case("crowded", "ranks 1 and 2 are bound to CPU 1 of host0", "mpirun --bind-to core") {
      $0[2].cpus = $0[1].cpus
    },
    Case("crowded", "of host0 and host1", "one machine", "mpirun --bind-to none") { ranks in
      ranks.removeSubrange(6...)
      ranks.removeSubrange(2..<4)
      for rank in ranks.indices { ranks[rank].machine = "the same" }
    },
    Case("crowded", "the 2 threads of rank 3 are bound to CPU 3", "slot:PE=2") { ranks in
      ranks.removeSubrange(0..<3)
      ranks[0].threads = 2
    },
    Case(
      "mask", "rank 1 may run on CPU 1", "confined to CPU 2",
      "--bind-to none, or mpirun --cpu-set 2"
    ) {
      $0[1].parentCPUs = CPUList([2])
    },
    Case("governor", "'powersave'", "performance") { $0[0].processor.slowGovernor = "powersave" },
    Case("threads", "OMP_NUM_THREADS=3 is set", "type threads-per-rank 3") {
      $0[0].environment["OMP_NUM_THREADS"] = "3"
    },
    Case("threads", "OMP_NUM_THREADS=4,2 is set", "type threads-per-rank 4") {
      $0[0].environment["OMP_NUM_THREADS"] = "4,2"
    },
    Case("crowded", "ranks 1 and 2, with 2 threads each, are bound to CPU 1", "slot:PE=2") {
      ranks in
      ranks.removeSubrange(3...)
      ranks.removeFirst()
      for rank in ranks.indices { (ranks[rank].threads, ranks[rank].cpus) = (2, CPUList([1])) }
    },
    Case("product-check", "matrix products on rank 6 have wrong bits", "leave host1 out") {
      $0[6].products.areRight = false
    },
    Case("unlike-processors", "rank 4 on host1 with avx512", "bits are the same") { ranks in
      for rank in 4..<8 {
        ranks[rank].products.best = "avx512"
        ranks[rank].products.instructions = "avx512"
      }
    },
    Case("instruction-limit", "LOCKSTEP_INSTRUCTIONS=generic keeps rank 7 from avx2", "unset") {
      $0[7].products.instructions = "generic"
    },
    Case("uneven-nodes", "from 2 to 4 ranks", "so 2 ranks only run forward") {
      $0.removeSubrange(6...)
    },
    Case("shared-memory", "has room for 3 MiB", "would not start", "--shm-size") {
      $0[0].sharedRoom?.free = 3 << 20
    },
    // Images of 100 MB, beside which MNIST's would fit.
    Case("shared-memory", "of host0 has room for 75 MiB", "would not start", "--shm-size 1g") {
      $0[0].sharedRoom = SharedMemoryRoom(directory: "/dev/shm", free: 75 << 20, size: 75 << 20)
      $0[0].data = DataFindings("/dev/null")
      $0[0].data?.problem = nil
      $0[0].data?.bytes = 100 << 20
    },
    Case("shared-memory", "as containers have") { $0[4].sharedRoom = room(64 << 20) },
    Case("memory", "host1 has 100 MiB of memory left", "on 4 ranks needs about") {
      $0[6].memoryAvailable = 100 << 20
    },
    Case("process-limit", "ulimit -v leaves rank 6 50 MiB", "would not start", "-v unlimited") {
      $0[6].limit = ProcessLimit(option: "-v", left: 50 << 20)
    },
    Case("single-copy", "ranks 0-3 cannot copy", "(EPERM)", "single_copy_mechanism none") { ranks in
      for rank in 0..<4 { ranks[rank].transport.copyProblem = "EPERM" }
    },
    Case("single-copy", "copy messages twice", "SYS_PTRACE") {
      $0[0].transport.singleCopy = "none"
      $0[0].transport.copyProblem = "EPERM"
    },
    Case("single-copy", "copy messages twice", "leave btl_vader") {
      $0[0].transport.singleCopy = "none"
    },
    Case("launcher", "started 16 processes, MPI sees 8") { $0[0].launched = 16 },
    Case("launcher", "srun started 4 processes, and each is a world of its own", "srun --mpi=pmix")
    {
      $0.removeSubrange(1...)
      $0[0].launched = nil
      $0[0].environment["SLURM_STEP_NUM_TASKS"] = "4"
    },
    Case("program", "rank 3 on host0 runs another program") { $0[3].program = "def" },
    Case("library", "rank 3 on host0 has MPICH") { $0[3].transport.library = "MPICH 4" },
    Case("data", "on host1, /data: damaged", "scripts/fetch-mnist") {
      $0[4].data = DataFindings("/dev/null")
      $0[4].data?.problem = "/data: damaged"
      $0[4].data?.advice = nil
    },
    Case("data", "/data: labels of floats", "remove it") {
      $0[0].data = DataFindings("/dev/null")
      $0[0].data?.problem = "/data: labels of floats"
      $0[0].data?.advice = "mend the file, or remove it"
    },
    Case("data", "on host0, /no/such/folder: there is no such folder", "scripts/fetch-mnist") {
      ranks in
      for rank in [0, 4] { ranks[rank].data = DataFindings("/no/such/folder") }
    },
  ]

  private static func room(_ bytes: Int) -> SharedMemoryRoom {
    SharedMemoryRoom(directory: "/dev/shm", free: bytes, size: bytes)
  }

  @Test("each problem is told in one line, with the advice", arguments: cases)
  func problem(_ one: Case) throws {
    var ranks = SampleJob.make(hosts: 2, cores: 4)
    one.spoil(&ranks)
    let found = problems(ranks)
    let problem = try #require(
      found.first { problem in
        problem.name == one.name
          && one.parts.allSatisfy { problem.sentence.description.contains($0) }
      }, "\(found)")
    #expect(problem.sentence.description.hasPrefix("warning: "))
    #expect(!problem.sentence.description.contains("\n"))
    #expect(Set(found.map(\.sentence.description)).count == found.count)
  }

  @Test("data may be missing on hosts other than rank zero's")
  func sentData() {
    var ranks = SampleJob.make(hosts: 2, cores: 4)
    ranks[4].data = DataFindings("/no/such/folder")
    #expect(problems(ranks) == [])
    let report = DoctorReport(JobFindings(ranks: ranks), version: "1", isLaunched: true)
    #expect(
      report.lines(in: .neutral).contains { $0.contains("host1: none here, rank 0 sends them") })
  }

  @Test("ranks on every hardware thread are too many, since those are not cores")
  func hardwareThreads() {
    var ranks = SampleJob.make(cores: 4, threadsPerCore: 2)
    for rank in ranks {
      var other = rank
      other.rank += 4
      ranks.append(other)
    }
    for rank in ranks.indices { ranks[rank].launched = 8 }
    #expect(problems(ranks).map(\.name) == ["hardware-threads", "spinning"])
    #expect(problems(ranks)[0].instead == "type mpirun -n 4 lockstep train")
  }

  @Test("a process without a launcher is told the command that uses all cores")
  func alone() {
    var rank = SampleJob.make()[0]
    rank.launched = nil
    rank.cpus = rank.processor.online
    let report = DoctorReport(JobFindings(ranks: [rank]), version: "1", isLaunched: false)
    #expect(report.warnings.isEmpty)
    #expect(report.suggestion == "mpirun -n 4 lockstep train")
    // Confined to two cores, as by taskset, it is told of no more.
    rank.cpus = CPUList([1, 2])
    let confined = DoctorReport(JobFindings(ranks: [rank]), version: "1", isLaunched: false)
    #expect(confined.suggestion == "mpirun -n 2 lockstep train")
  }
}
