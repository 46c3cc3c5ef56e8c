@testable import Benchmarks
@testable import Engine
import Foundation
import Kernels
@testable import lockstep
import Support
import Testing

/// `lockstep bench --exchanges`.
@Suite struct ExchangeBenchTests {
  /// 1,000 images in steps of 100, `step` ms each, of which `exchange` ms in the exchange.
  private func measurement(step: Double, exchange: Double) throws -> Benchmarks.Measurement {
    let json = """
      {"ranks":2,"batch_size":100,"images":1000,"seconds":\(step / 100),
       "stages":{"exchange":\(exchange / 100)},"longest_waiting":0,"exchange_bytes":2612345,
       "least_exchange_bytes":2500000,"all_reduce":{"ours":\(exchange / 4000),"flat":\(exchange / 2000)},
       "peak":{"instructions":"AVX2","single":1000,"before":1000,"after":1000},
       "model":{"pixels":64,"hidden":400,"latent":20},
       "cost":{"forward":1,"backward":0.5,"gradients":1.5}}
      """
    return try #require(
      JSONText.last(Benchmarks.Measurement.self, in: json.replacing("\n", with: " ")))
  }

  @Test("the table holds each exchange against the default by the rounds' own ratios")
  func table() throws {
    let steps: [(ExchangeMode, Precision, [Double])] = [
      (.allReduce, .fp32, [8, 40, 9]), (.allReduce, .bf16, [16, 20, 18]),
      (.allGather, .fp32, [4, 20, 3]),
    ]
    let rows = try steps.map { exchange, wire, steps in
      ExchangeRow(
        ExchangeCell(batchSize: 100, ranks: nil, exchange: exchange, wire: wire),
        try steps.map { try measurement(step: $0, exchange: $0 / 2) })
    }
    let report = ExchangeReport(machines: ["--host", "a,b"], rounds: 3, seconds: 1, rows: rows)
    #expect(report.lead(rows[0]) == nil)
    #expect(try abs(#require(report.lead(rows[1])) - 0.5) < 1e-9)
    #expect(try abs(#require(report.lead(rows[2])) - 2) < 1e-9)
    let entries = report.lines.map { $0.split(separator: " ").map(String.init) }
    // 100 images in 9 ms; half of the way from 8 to 40 ms is 178% of 9.
    #expect(
      entries[3] == ["100", "2", "all-reduce", "2,612", "1.04", "9.00", "178%", "4.50", "11,111"])
    #expect(
      entries[4] == [
        "100", "2", "all-reduce", "bf16", "2,612", "1.04", "18.00", "11%", "9.00", "5,555", "0.50",
        "times", "as", "fast",
      ])
    #expect(
      entries[5] == [
        "100", "2", "all-gather", "2,612", "1.04", "4.00", "213%", "2.00", "25,000", "2.00",
        "times", "as", "fast",
      ])
    // Half of the step's 9 ms is the exchange; a quarter and a half of that stand for the two.
    #expect(
      report.lines.last
        == "  batch 100, 2 ranks: 1.13 ms; MPI_Allreduce of as many floats over all ranks 2.25 ms, "
        + "2.00 times as long")
  }

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

  @Test("of what mpirun says the first paragraph is passed on, without its rulers")
  func complaint() {
    let ruler = String(repeating: "-", count: 74)
    var outcome = ChildProcess.Outcome()
    #expect(outcome.complaint == nil)
    outcome.errors = "\(ruler)\nNot enough\n  slots.\n\nRequest fewer.\n\(ruler)\n"
    #expect(outcome.complaint == "Not enough slots.")
    outcome.errors = "ssh: unknown name\r\n\(ruler)\nORTE was unable\n\(ruler)\n"
    #expect(outcome.complaint == "ssh: unknown name")
  }

  @Test(
    "both exchanges of two hosts are measured",
    .enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
  func hosts() throws {
    let folder = try RunFolder()
    let json = folder.path("exchanges.json")
    let words = [
      Command.built("lockstep"), "bench", "--exchanges", "--host", "node1:2,node2:2", "--data",
      folder.data, "--batch-sizes", "24", "--rounds", "1", "--seconds", "0.05", "--json", json,
    ]
    let environment = Job.environment.merging(["OMPI_MCA_btl": "self,vader,tcp"]) { $1 }
    let outcome = try Command(Hosts.words([2, 2]) + words, environment: environment).run()
    #expect(outcome.status == 0, "\(outcome.reported)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines[0].hasSuffix("; one round, in turn"))
    #expect(
      lines[2].contains("all-reduce ") && lines[3].contains("all-reduce bf16")
        && lines[4].contains("all-gather"))
    #expect(lines.count == 7 && lines[6].contains("batch 24, 4 ranks: "))
    let report = try #require(
      JSONText.decoded(ExchangeReport.self, from: String(contentsOfFile: json, encoding: .utf8)))
    #expect(report.rows.map(\.ranks) == [4, 4, 4])
    // 76,104 parameters of 64 pixels; two hosts each send half of the parts and half of the sums.
    // Then the losses and requests of twelve samples and two ranks, and two verdicts.
    #expect(report.rows[0].leastBytes == 76_104 * 4)
    #expect(report.rows[0].bytes == 76_104 * 4 + 12 * 8 + 2 * 8 + 2 * 4)
    #expect(report.rows[1].bytes == 76_104 * 2 + 12 * 8 + 2 * 8 + 2 * 4)
    #expect(report.rows.allSatisfy { ($0.exchangeMilliseconds?.median ?? 0) > 0 })
  }
}
