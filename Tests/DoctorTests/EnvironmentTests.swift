@testable import Doctor
@testable import Platform
import Testing

/// How the doctor reads variables of the environment.
@Suite struct EnvironmentTests {
  /// The findings of one rank that mpirun has started with two threads on a machine of `cores`.
  private func rank(_ environment: [String: String], cores: Int = 2) -> RankFindings {
    var rank = SampleJob.make(cores: cores)[0]
    rank.environment = environment
    rank.launched = 1
    rank.threads = 2
    return rank
  }

  private func problems(_ ranks: [RankFindings]) -> [Problem] {
    Diagnosis(JobFindings(ranks: ranks)).problems
  }

  @Test(
    "a number of threads",
    arguments: [("4", 4), ("4,2", 4), (" 3 , 2", 3), ("", nil), ("many", nil), (",2", 2)])
  func threads(value: String, number: Int?) {
    #expect(rank(["OMP_NUM_THREADS": value]).wantedThreads == number)
  }

  @Test(
    "Slurm's processes that know of each other",
    arguments: [(4, nil, "4"), (1, 1, "4"), (1, nil, "1"), (1, nil, nil)])
  func slurm(ranks: Int, launched: Int?, tasks: String?) {
    var all = SampleJob.make(cores: 4).prefix(ranks)
    for rank in all.indices {
      all[rank].launched = launched
      all[rank].environment["SLURM_STEP_NUM_TASKS"] = tasks
    }
    #expect(problems(Array(all)) == [])
  }

  @Test("no launcher is suggested to a process that a launcher started")
  func suggestion() {
    var rank = SampleJob.make(cores: 2)[0]
    rank.launched = nil
    rank.cpus = rank.processor.online
    let job = JobFindings(ranks: [rank])
    #expect(DoctorReport(job, version: "1", isLaunched: true).suggestion == nil)
    #expect(DoctorReport(job, version: "1", isLaunched: false).suggestion != nil)
  }

  /// Lists of components as Open MPI's manual has them: none is all, names are these, ^ is all but these.
  @Test(
    "whether ranks copy once is read from the list of components",
    arguments: [
      ("", "cma"), ("cma", "cma"), ("xpmem,cma", "cma"), ("xpmem", "none"), ("^cma", "none"),
      ("^xpmem,cma", "none"), ("^xpmem", "cma"),
    ])
  func singleCopy(components: String, mechanism: String) {
    #expect(Transport.singleCopy(components: components) == mechanism)
  }
}
