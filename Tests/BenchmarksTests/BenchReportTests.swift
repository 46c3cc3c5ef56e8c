@testable import Benchmarks
import Engine
import Kernels
import Platform
import Testing

/// Figures and table of made-up measurements whose results can be seen at a glance.
@Suite struct BenchReportTests {
  private let cell = BenchCell(precision: .fp32, ranks: 2, teams: .node, batchSize: 100)

  /// 1,000 images in 2 s: 500 a second, 200 ms a step of 100. A core does 1,000 operations a second
  /// and an image costs 3.
  private func measurement(joint: Double = 2000) throws -> Measurement {
    let json = """
      {"ranks":2,
       "timing":{"batch_size":100,"images":1000,"seconds":2,
                 "stages":{"batch":0.1,"forward":0.5,"backward":0.4,"gradients":0.75,
                           "exchange":0.05,"waiting":0.2},
                 "longest_waiting":0.3},
       "exchange":{"bytes":0},
       "peak":{"instructions":"AVX2","single":1000,"before":\(joint),"after":\(joint)},
       "model":{"pixels":64,"hidden":400,"latent":20},
       "cost":{"forward":1,"backward":0.5,"gradients":1.5}}
      """
    return try #require(JSONText.last(Measurement.self, in: json.replacing("\n", with: " ")))
  }

  @Test("milliseconds, rate and fractions of the peak")
  func figures() throws {
    let row = BenchRow(cell, [try measurement()], single: 1000)
    #expect(row.imagesPerSecond?.median == 500)
    #expect(row.stepMilliseconds == 200)
    // 500 images a second × 3 operations, of 2,000; in the gradients' time, 1,000 × 1.5 / 0.75.
    #expect(row.fractionOfPeak == 0.75)
    #expect(row.gradientFractionOfPeak == 1)
    let stages = try #require(row.milliseconds)
    for (found, expected) in zip(stages.all, [10.0, 50, 40, 75, 5, 20]) {
      #expect(abs(found - expected) < 1e-9)
    }
    #expect(abs(stages.longestWaiting - 30) < 1e-9)
    #expect((row.rounds, row.wholeRounds) == (1, 1))
  }

  @Test("rounds below full speed are left out, and a note says so")
  func notWhole() throws {
    let rounds = [try measurement(), try measurement(joint: 1500), try measurement()]
    let row = BenchRow(cell, rounds, single: 1000)
    #expect((row.rounds, row.wholeRounds) == (3, 2))
    #expect(row.imagesPerSecond?.values.count == 2)
    var report = BenchReport(
      machine: UsableCores(processor: "P", count: 2, isConfined: false), rounds: 3, seconds: 1,
      startupRanks: 2)
    report.rows = [row]
    let text = BenchTable(report: report).lines.joined(separator: "\n")
    #expect(text.contains("500*"))
    #expect(text.contains("In 1 of 3 measurements the cores were slower together"))
  }

  /// A step of a sample costs 1 ms of forward and backward, and 0.5 ms of gradients.
  @Test("a prediction from a machine that is never at full speed says so")
  func prediction() throws {
    var report = BenchReport(
      machine: UsableCores(processor: "P", count: 2, isConfined: false), rounds: 2, seconds: 1,
      startupRanks: 2)
    report.model = try measurement().model
    report.rows = [100, 200].map { batchSize in
      var row = BenchRow(
        cell: BenchCell(precision: .fp32, ranks: 1, teams: .node, batchSize: batchSize))
      row.imagesPerSecond = MedianAndRange([2000 / 3])
      row.stepMilliseconds = Double(batchSize) * 1.5
      row.milliseconds = StageMilliseconds(longestWaiting: 0) { stage in
        switch stage {
        case .forward: Double(batchSize)
        case .gradients: Double(batchSize) / 2
        default: 0
        }
      }
      row.rounds = 2
      return row
    }
    func lines() throws -> [String] {
      try Prediction(Prediction.Question(), from: report).lines
    }
    let doubtful = try lines()
    #expect(doubtful.contains { $0.contains("666*") && $0.contains("666  ") }, "\(doubtful)")
    #expect(doubtful.contains { $0.hasPrefix("* 2 of these 2 rows were measured while") })
    for row in report.rows.indices { report.rows[row].wholeRounds = 2 }
    #expect(try !lines().contains { $0.contains("*") })
    report.rows.removeLast()
    #expect(throws: Failure.self) { try lines() }
  }

  @Test("a row without figures says why")
  func unavailable() {
    var report = BenchReport(
      machine: UsableCores(processor: "P", count: 2, isConfined: false), rounds: 1, seconds: 1,
      startupRanks: 2)
    report.rows = [BenchRow(cell: cell, unavailable: "no bf16 on this processor")]
    #expect(
      BenchTable(report: report).lines.contains {
        $0.hasPrefix("fp32") && $0.hasSuffix("no bf16 on this processor")
      })
  }

  @Test("columns are as wide as their widest entry")
  func table() {
    var table = TextTable(["a", "bb", "c"], [.left, .right, .right])
    table.add(["long", "1", "22"])
    table.add(["x", "a note that is wider than all of them"])
    #expect(
      table.lines == [
        "a     bb   c", "long   1  22", "x     a note that is wider than all of them",
      ])
  }

  @Test(
    "percentages have a decimal below ten",
    arguments: [(0.034, "3.4%"), (0.8449, "84%"), (0, "0.0%"), (1, "100%"), (-0.05, "-5.0%")]
      as [(Double, String)])
  func percent(fraction: Double, text: String) {
    #expect(Figure.percent(fraction) == text)
    #expect(Figure.percent(nil) == "–")
  }

  @Test("the time to a loss is that of the epochs up to it")
  func timeToLoss() throws {
    let metrics = """
      {"kind":"step","epoch":1,"step":10,"loss":99}
      {"kind":"epoch","epoch":1,"test_loss":120,"seconds":2}
      {"kind":"epoch","epoch":2,"test_loss":105.6,"seconds":3}
      {"kind":"epoch","epoch":3,"test_loss":105,"seconds":4}
      """
    let time = try #require(TimeToLoss(name: "x", metrics: metrics))
    #expect((time.seconds, time.epochs, time.testLoss) == (5, 2, 105.6))
    let short = try #require(
      TimeToLoss(name: "x", metrics: String(metrics.split(separator: "\n")[1])))
    #expect(short.seconds == nil && short.epochs == 1)
    #expect(TimeToLoss(name: "x", metrics: "") == nil)
  }

  @Test("rank counts are all up to four, powers of two, and the cores")
  func rankCounts() {
    #expect(BenchPlan.rankCounts(upTo: 2) == [1, 2])
    #expect(BenchPlan.rankCounts(upTo: 12) == [1, 2, 3, 4, 8, 12])
  }
}
