import Foundation
import Support
import Testing

@testable import lockstep

/// `lockstep bench`, which starts jobs of its own.
@Suite struct BenchTests {
  private func job(_ words: [String], in folder: RunFolder, path: String? = nil) -> Job {
    let tiny = ["--data", folder.data, "--json", folder.path("bench.json")]
    let environment = path.map { ["PATH": $0] } ?? [:]
    return Job(
      ["bench"] + words + tiny,
      environment: environment.merging(["TMPDIR": folder.folder.url.path]) { mine, _ in mine })
  }

  @Test("every setting has a row, in the table and in the file")
  func rows() throws {
    let folder = try RunFolder()
    let words = ["--quick", "--ranks", "1,2", "--batch-sizes", "24,100"]
    let outcome = try job(words + ["--rounds", "1", "--seconds", "0.05"], in: folder).succeed()
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").filter { $0.hasPrefix("fp32") }
    #expect(lines.count == 6)
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.path("bench.json")))
    let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let rows = try #require(report["rows"] as? [[String: Any]])
    let cells = rows.compactMap { $0["cell"] as? [String: Any] }.filter {
      $0["precision"] as? String == "fp32"
    }
    let names = cells.map { "\($0["batch_size"]!) \($0["ranks"]!) \($0["teams"]!)" }
    #expect(
      names == [
        "24 1 node", "24 2 node", "24 2 rank", "100 1 node", "100 2 node", "100 2 rank",
      ])
    let measured = rows.filter { $0["unavailable"] == nil }
    #expect(measured.count >= names.count)
    for row in measured {
      #expect(try #require(row["step_milliseconds"] as? Double) > 0)
      let stages = try #require(row["milliseconds"] as? [String: Double])
      #expect(stages.count == 7 && stages.values.allSatisfy { $0 >= 0 })
      #expect(try #require(stages["forward"]) > 0)
    }
    // 64 pixels: 2 (3 × 75,200 weights − 25,600 of the first layer).
    #expect(report["operations_per_image"] as? Double == 400_000)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.folder.url.path).sorted()
        == ["bench.json", "data"])
  }

  @Test("a prediction from a file that is none is refused")
  func prediction() throws {
    try Job(["bench", "--predict", "--from", "/nowhere/b.json"]).fail(
      74, "/nowhere/b.json", "--json")
    try Job(["bench", "--predict", "--from", "/dev/null"]).fail(
      65, "not what lockstep bench writes")
  }

  @Test(
    "wrong flags",
    arguments: [
      (["--rounds", "0"], "--rounds must be from 1"), (["--ranks", "1,,2"], "'--ranks"),
      (["--batch-sizes", "0"], "'--batch-sizes"), (["--seconds", "-1"], "--seconds must be"),
      (["--predict", "--bandwidth", "0"], "--bandwidth must be"),
      (["--peers", "/nowhere"], "--peers must name a Python"),
      (["--steps", "10"], "--steps is only for --prove"),
      (["--precision", "fp32"], "--precision is only for --prove"),
      (["--latency", "3"], "--latency is only for --predict"),
      (["--predict", "--rounds", "2"], "--rounds makes no difference to --predict"),
    ])
  func usage(words: [String], part: String) throws {
    try job(words, in: try RunFolder()).fail(64, part)
  }

  @Test("lists of numbers")
  func lists() {
    #expect(NumberList(argument: "1,2")?.numbers == [1, 2])
    for wrong in ["", "1,", "0", "1,x", "-1"] { #expect(NumberList(argument: wrong) == nil) }
  }

  @Test("under mpirun it refuses, once")
  func launched() throws {
    try Job(["bench"], .ranks(2)).fail(64, "bench starts mpirun itself")
  }

  @Test("without a launcher it says what to install")
  func noLauncher() throws {
    let folder = try RunFolder()
    let shell = ["/bin/sh", "-c", "PATH=/nowhere exec \"$@\"", "sh"]
    let words = job(["--quick"], in: folder).command.words
    try Command(shell + words, environment: Job.environment).run()
      .expectFailure(69, ["there is no \(Library.launcher) on PATH"])
  }

  @Test("data that is not there is told of once")
  func noData() throws {
    let folder = try RunFolder()
    try Job(["bench", "--quick", "--data", "/nowhere", "--json", folder.path("x")])
      .fail(74, "/nowhere")
  }

  /// The measurement would take a minute. Its processes are mpirun and two ranks.
  @Test("a signal ends it and all it started", arguments: ["INT", "TERM"])
  func interrupted(signal: String) throws {
    let folder = try RunFolder()
    let outcome = try job(["--ranks", "2", "--seconds", "60"], in: folder)
      .interrupted(by: signal, onceThreeMatch: "measure --prec[i]sion .*\(folder.data)")
    #expect(outcome.status == (signal == "INT" ? 130 : 143), "\(outcome.reported)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.folder.url.path) == ["data"])
  }
}
