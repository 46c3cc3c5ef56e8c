import Foundation
import Support
import Testing

/// Signals at every moment of a run, from before the program begins to the last words of its report: once,
/// and twice in quick succession.
@Suite struct SignalPhaseTests {
  /// Sends `signals`, a millisecond apart, after each of many parts of the time that the run takes.
  private func sweep(_ signals: [String], _ launch: Launch, row: String) throws {
    let promise = try Promise(row)
    let reference = try RunFolder(SmallData(train: 400, test: 2_000))
    let words = ["--epochs", "2", "--checkpoint-every", "3"]
    let start = ContinuousClock.now
    try Job(reference.trainWords() + words, launch).succeed()
    let whole = (ContinuousClock.now - start) / .seconds(1)
    let parts = Extent.isFull ? 40 : 6
    for part in 0...parts {
      let run = reference.path("run-\(signals.joined())-\(part)")
      let kills = signals.map { "kill -\($0) $job 2>/dev/null" }.joined(
        separator: "; sleep 0.001; ")
      let script =
        "\"$@\" & job=$!; sleep \(whole * Double(part) / Double(parts)); \(kills); wait $job"
      let job = Job(reference.trainWords(run: run) + words, launch)
      let outcome = try Command(
        ["env", "--default-signal=INT", "sh", "-c", script, "sh"] + job.command.words,
        environment: job.command.environment
      ).run()
      let comment = "part \(part) of \(parts), \(signals): \(outcome.reported)"
      #expect(promise.codes.contains(outcome.status), "\(outcome.status) at \(comment)")
      let contents = RunContents(run)
      if outcome.status == 75 {
        #expect(try contents.isWhole("latest"), "\(comment)")
        #expect(
          try contents.steps("step").last == Int(contents.latest().dropFirst(5)), "\(comment)")
      }
      try Job(reference.trainWords(run: run) + words).succeed()
      #expect(try contents.model() == reference.contents.model(), "\(comment)")
      #expect(
        FileManager.default.fileExists(atPath: "\(run)/report.html"), "no report at \(comment)")
    }
  }

  @Test("one process", arguments: [["TERM"], ["INT", "INT"], ["USR1", "USR1"], ["TERM", "INT"]])
  func alone(signals: [String]) throws { try sweep(signals, .alone, row: "signal") }

  @Test("a launcher", .onlyWhenFull, arguments: [["TERM"], ["USR1"], ["USR1", "USR1"]])
  func launcher(signals: [String]) throws { try sweep(signals, .ranks(2), row: "signal-mpirun") }
}
