@testable import Doctor
@testable import Platform
import Testing

/// The report as a person reads it.
@Suite struct DoctorReportTests {
  private func facts(_ ranks: [RankFindings]) -> [String] {
    DoctorReport(JobFindings(ranks: ranks), version: "1.2.3", isLaunched: true).facts
  }

  @Test("facts fit 80 columns and few lines, however many ranks there are")
  func compact() {
    for (hosts, cores) in [(1, 1), (1, 2), (1, 128), (64, 32)] {
      let facts = facts(SampleJob.make(hosts: hosts, cores: cores, threadsPerCore: 2))
      #expect(facts.count < 24, "\(facts)")
      #expect(facts.allSatisfy { $0.count <= 80 }, "\(facts)")
    }
  }

  @Test("equal bindings share a line")
  func binding() {
    var ranks = SampleJob.make(cores: 8, threadsPerCore: 2)
    #expect(Binding.description(of: ranks) == "ranks 0-7: each its own, CPUs 0,8 to 7,15")
    ranks[7].cpus = ranks[7].processor.online
    ranks[6].cpus = ranks[7].cpus
    #expect(
      Binding.description(of: ranks)
        == "ranks 0-5: each its own, CPUs 0,8 to 5,13\nranks 6 and 7: not bound")
    ranks[3].cpus = CPUList([0, 1])
    #expect(Binding.description(of: [ranks[3]]) == "rank 3: CPUs 0 and 1")
  }

  @Test("hosts that differ are told apart")
  func unlike() {
    var ranks = SampleJob.make(hosts: 3, cores: 2)
    ranks[4].processor.model = "Another"
    let facts = facts(ranks)
    #expect(facts.contains("processor   host0 and host1: A processor"))
    #expect(facts.contains("            host2: Another"))
  }
}
