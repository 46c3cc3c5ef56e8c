@testable import Benchmarks
import Engine
import Kernels
import Testing

/// Figures and table of made-up measurements of the exchanges.
@Suite struct ExchangeReportTests {
  /// 1,000 images in steps of 100, `step` ms each, of which `exchange` ms in the exchange.
  private func measurement(
    step: Double, exchange: Double, mode: ExchangeMode
  ) throws -> Measurement {
    let json = """
      {"ranks":2,
       "timing":{"batch_size":100,"images":1000,"seconds":\(step / 100),
                 "stages":{"exchange":\(exchange / 100)},"longest_waiting":0},
       "exchange":{"mode":"\(mode.rawValue)","bytes":2612345,"least_bytes":2500000,
                   "all_reduce":{"ours":\(exchange / 4000),"flat":\(exchange / 2000)}},
       "peak":{"instructions":"AVX2","single":1000,"before":1000,"after":1000},
       "model":{"pixels":64,"hidden":400,"latent":20},
       "cost":{"forward":1,"backward":0.5,"gradients":1.5}}
      """
    return try #require(
      JSONText.last(Measurement.self, in: json.replacing("\n", with: " ")))
  }

  @Test("the table holds each exchange against the default by the rounds' own ratios")
  func table() throws {
    let steps: [(ExchangeMode, Precision, [Double])] = [
      (.auto, .fp32, [8, 40, 9]), (.allReduce, .fp32, [8, 40, 9]),
      (.allReduce, .bf16, [16, 20, 18]),
      (.allGather, .fp32, [4, 20, 3]),
    ]
    let rows = try steps.map { exchange, wire, steps in
      ExchangeRow(
        ExchangeCell(batchSize: 100, ranks: nil, exchange: exchange, wire: wire),
        try steps.map {
          try measurement(
            step: $0, exchange: $0 / 2, mode: exchange == .auto ? .allGather : exchange)
        })
    }
    let report = ExchangeReport(machines: ["--host", "a,b"], rounds: 3, seconds: 1, rows: rows)
    #expect(report.speedup(rows[0]) == nil)
    #expect(report.speedup(rows[1]) == 1)
    #expect(try abs(#require(report.speedup(rows[2])) - 0.5) < 1e-9)
    #expect(try abs(#require(report.speedup(rows[3])) - 2) < 1e-9)
    let entries = report.lines.map { $0.split(separator: " ").map(String.init) }
    // 100 images in 9 ms; half of the way from 8 to 40 ms is 178% of 9.
    #expect(
      entries[3] == [
        "100", "2", "auto:", "all-gather", "2,612", "1.04", "9.00", "178%", "4.50", "11,111",
      ])
    #expect(
      entries[4] == [
        "100", "2", "all-reduce", "2,612", "1.04", "9.00", "178%", "4.50", "11,111", "1.00",
        "times", "as", "fast",
      ])
    #expect(
      entries[5] == [
        "100", "2", "all-reduce", "bf16", "2,612", "1.04", "18.00", "11%", "9.00", "5,555", "0.50",
        "times", "as", "fast",
      ])
    #expect(
      entries[6] == [
        "100", "2", "all-gather", "2,612", "1.04", "4.00", "213%", "2.00", "25,000", "2.00",
        "times", "as", "fast",
      ])
    // Half of the step's 9 ms is the exchange; a quarter and a half of that stand for the two.
    #expect(
      report.lines.last
        == "  batch 100, 2 ranks: 1.13 ms; MPI_Allreduce of as many floats over all ranks 2.25 ms, "
        + "2.00 times as long")
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
}
