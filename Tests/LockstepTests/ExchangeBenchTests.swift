@testable import Benchmarks
import Foundation
import Support
import Testing

/// `lockstep bench --exchanges`.
@Suite struct ExchangeBenchTests {
  @Test(
    "wrong flags",
    arguments: [
      (["--exchanges"], "needs --hostfile or --host"), (["--host", "a"], "need --exchanges"),
      (["--exchanges", "--hostfile", "/nowhere"], "cannot read '/nowhere'"),
      (["--exchanges", "--host", "a", "--prove"], "choose one"),
      (["--exchanges", "--host", "a", "--steps", "9"], "--steps makes no difference"),
    ])
  func usage(words: [String], part: String) throws {
    try Job(["bench"] + words).fail(64, part)
  }

  @Test(
    "what mpirun says of a job that it cannot start is passed on",
    .enabled(if: Library.isOpenMPI, "MPICH's launcher starts any number of ranks anywhere"))
  func launcherFails() throws {
    let folder = try RunFolder()
    let words = ["bench", "--exchanges", "--data", folder.data, "--host", "localhost:1"]
    try Job(words + ["--ranks", "3"]).fail(
      71, "ended with code 1: mpirun --host localhost:1", "There are not enough slots available")
  }

  @Test(
    "both exchanges of two hosts are measured",
    .enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
  func hosts() throws {
    let folder = try RunFolder()
    let json = folder.path("exchanges.json")
    let words = [
      Command.built("lockstep"), "bench", "--exchanges", "--host", "node1:2,node2:2", "--data",
      folder.data, "--batch-sizes", "128", "--rounds", "1", "--seconds", "0.05", "--json", json,
    ]
    let environment = Job.environment.merging(["OMPI_MCA_btl": "self,vader,tcp"]) { $1 }
    let outcome = try Command(Hosts.words([2, 2]) + words, environment: environment).run()
    #expect(outcome.status == 0, "\(outcome.reported)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines[0].hasSuffix("; one round, in turn"))
    #expect(
      lines[2].contains("auto: all-") && lines[3].contains("all-reduce ")
        && lines[4].contains("all-reduce bf16") && lines[5].contains("all-gather"))
    #expect(lines.count == 8 && lines[7].contains("batch 128, 4 ranks: "))
    let report = try #require(
      JSONText.decoded(ExchangeReport.self, from: String(contentsOfFile: json, encoding: .utf8)))
    #expect(report.rows.map(\.ranks) == [4, 4, 4, 4])
    // 76,104 parameters of 64 pixels; two hosts each send half of the parts and half of the sums.
    // Then the three parts of the losses, and requests, of 64 samples and two ranks, and two verdicts.
    #expect(report.rows[1].leastBytes == 76_104 * 4)
    #expect(report.rows[1].bytes == 76_104 * 4 + 64 * 12 + 2 * 8 + 2 * 4)
    #expect(report.rows[2].bytes == 76_104 * 2 + 64 * 12 + 2 * 8 + 2 * 4)
    #expect(
      report.rows[0].bytes == report.rows[1].bytes || report.rows[0].bytes == report.rows[3].bytes)
    #expect(report.rows.allSatisfy { ($0.exchangeMilliseconds?.median ?? 0) > 0 })
  }
}
