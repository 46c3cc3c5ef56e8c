import Foundation
import Support
import Testing

/// `lockstep doctor` on the machine that the tests run on.
@Suite struct DoctorTests {
  /// What of the JSON is looked at here.
  private struct Report: Decodable {
    struct Job: Decodable { var ranks: [Rank] }
    struct Rank: Decodable {
      var rank: Int
      var threads: Int
      var cpus: String
      var products: Products
      var data: Images?
    }
    struct Products: Decodable {
      var instructions: String
      var areRight: Bool
    }
    struct Images: Decodable { var sizes: [Int]? }
    struct Warning: Decodable {
      var name: String
      var what: String
      var why: String
      var instead: String
    }
    var job: Job
    var warnings: [Warning]
    var suggestion: String?
  }

  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  private func report(
    _ launch: Launch, environment: [String: String] = [:], data: String? = nil, threads: Int = 1
  ) throws -> Report {
    let job = Job(
      ["doctor", "--json", "--data", data ?? folder.data, "--threads-per-rank", "\(threads)"],
      launch, environment: environment)
    let output = try job.succeed().output
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Report.self, from: Data(output.utf8))
  }

  @Test("ranks tell what they see, in their order", arguments: 1...3)
  func ranks(count: Int) throws {
    let report = try report(.ranks(count))
    #expect(report.job.ranks.map(\.rank) == Array(0..<count))
    #expect(report.job.ranks.allSatisfy { $0.threads == 1 && $0.products.areRight })
    #expect(report.job.ranks[0].data?.sizes == [200, 70, 8, 8])
    #expect(report.job.ranks.dropFirst().allSatisfy { $0.data == nil })
    #expect(report.suggestion == nil)
  }

  @Test("a process that was started by hand is told of mpirun where there are cores for it")
  func suggestion() throws {
    let output = try Job(["doctor"], .alone).succeed().output
    let isOne = output.contains("1 core,") || output.contains("1 core of")
    let suggestion = "all cores of this machine: \(Library.launcher) -n "
    #expect(output.contains(suggestion) == !isOne, "\(output)")
  }

  @Test("a lone process works, and its report fits a terminal", arguments: Launch.both)
  func lines(launch: Launch) throws {
    let output = try Job(["doctor"], launch).succeed().output.replacing("\r", with: "")
    let lines = output.split(separator: "\n")
    for label in ["lockstep", "job", "processor", "cores", "binding", "products", "MPI", "shared"] {
      #expect(lines.contains { $0.hasPrefix(label + " ") }, "\(label)")
    }
    for line in lines where !line.hasPrefix("warning: ") { #expect(line.count <= 80, "\(line)") }
    let warnings = lines.count { $0.hasPrefix("warning: ") }
    let last = warnings == 0 ? "nothing to complain about" : "\(warnings) warning"
    #expect(lines.contains { $0.hasPrefix(last) }, "\(output)")
  }

  @Test("missing data is a warning, and no failure", arguments: Launch.both)
  func data(launch: Launch) throws {
    let report = try report(launch, data: "/no/such/folder")
    #expect(report.warnings.contains { $0.name == "data" && $0.instead.contains("fetch-mnist") })
  }

  @Test("more ranks than cores, or threads than cores")
  func oversubscribed() throws {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    try #require(cores < 16)
    let ranks = try report(.ranks(cores + 1)).warnings
    #expect(ranks.contains { ["oversubscribed", "hardware-threads"].contains($0.name) })
    let threads = try report(.alone, threads: cores + 1).warnings
    #expect(threads.contains { ["oversubscribed", "hardware-threads"].contains($0.name) })
    let variable = try report(.alone, environment: ["OMP_NUM_THREADS": "\(cores + 1)"]).warnings
    #expect(variable.map(\.name) == ["threads"])
  }

  @Test("a limit to the instructions")
  func limit() throws {
    let report = try report(.alone, environment: ["LOCKSTEP_INSTRUCTIONS": "generic"])
    #expect(report.job.ranks[0].products.instructions == "generic")
    #expect(report.warnings.map(\.name) == ["instruction-limit"])
  }

  @Test("processes that srun started without MPI")
  func slurm() throws {
    let environment = [
      "SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_STEP_NUM_TASKS": "4",
    ]
    let report = try report(.alone, environment: environment)
    let told =
      "start them with srun --mpi=\(Library.isOpenMPI ? "pmix" : "pmi2"); or, for one process alone, "
      + "unset SLURM_STEP_NUM_TASKS"
    #expect(report.warnings.map(\.instead) == [told])
    #expect(report.suggestion == nil)
  }

  @Test(
    "single copies that are off",
    .enabled(if: Library.isOpenMPI, "only Open MPI has such a setting"))
  func singleCopy() throws {
    let environment =
      Library.isOpenMPI4
      ? ["OMPI_MCA_btl_vader_single_copy_mechanism": "none"] : ["OMPI_MCA_smsc": "^cma"]
    #expect(
      try report(.ranks(2), environment: environment).warnings.contains { $0.name == "single-copy" }
    )
  }

  @Test("a good run is told nothing", arguments: Launch.both)
  func good(launch: Launch) throws {
    #expect(try folder.train("--epochs", "1", on: launch).succeed().errors.isEmpty)
  }
}
