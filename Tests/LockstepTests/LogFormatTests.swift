import Foundation
import Support
import Testing

/// What a run tells programs, and what it tells nobody.
@Suite struct LogFormatTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  private func objects(_ text: String) throws -> [[String: Any]] {
    try text.split(whereSeparator: \.isNewline).map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object, "\(line)")
    }
  }

  /// The members of an object but for its time, which must be one.
  private func timeless(_ object: [String: Any]) throws -> NSDictionary {
    let time = try #require(object["time"] as? String)
    let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    #expect(abs(try Date(time, strategy: format).timeIntervalSinceNow) < 120)
    return object.filter { $0.key != "time" } as NSDictionary
  }

  @Test("every line is an object, rows are those of metrics.jsonl", arguments: Launch.both)
  func rows(launch: Launch) throws {
    let outcome = try folder.train(
      "--epochs", "2", "--log-every", "2", "--log-format", "json", "--progress", "always",
      on: launch
    ).succeed()
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    let told = try objects(outcome.output)
    #expect(
      told.map { $0["kind"] as? String } == [
        "start", "step", "step", "epoch", "step", "step", "epoch", "end",
      ])
    let logged = try objects(folder.contents.text("metrics.jsonl"))
    #expect(logged.count == 6)
    for (line, row) in zip(told.dropFirst(), logged) {
      let share = line["waiting"] as? Double
      #expect((share != nil) == (line["kind"] as? String == "step"))
      if let share { #expect((0...1).contains(share)) }
      #expect(try timeless(line.filter { $0.key != "waiting" }) == row as NSDictionary)
    }
    let configuration = try #require(told[0]["configuration"] as? [String: Any])
    #expect(configuration["batch-size"] as? Int == 50)
    #expect(told[0]["ranks"] as? Int == (launch.testDescription == "alone" ? 1 : 2))
    #expect(told.last?["code"] as? Int == 0 && told.last?["run"] as? String == folder.run)
    #expect(try told.last?["model_sha256"] as? String == folder.contents.digest())
  }

  @Test("a dry run is one object", arguments: Launch.both)
  func dryRun(launch: Launch) throws {
    let words = folder.trainWords() + ["--dry-run", "--epochs", "2", "--log-format", "json"]
    let told = try objects(Job(words, launch).succeed().output)
    #expect(told.count == 1 && told[0]["kind"] as? String == "plan")
    #expect(told[0]["last_step"] as? Int == 8)
    #expect((told[0]["configuration"] as? [String: Any])?["hidden"] as? Int == 16)
  }

  @Test("failures are objects, too", arguments: Launch.both)
  func failure(launch: Launch) throws {
    let words = ["train", "--data", "/nowhere", "--run", folder.run, "--log-format", "json"]
    let outcome = try Job(words, launch).command.run()
    #expect(outcome.status == 74, "\(outcome.reported)")
    let told = try objects(outcome.told.joined(separator: "\n"))
    #expect(told.count == 1 && told[0]["kind"] as? String == "message")
    #expect(try #require(told[0]["message"] as? String).contains("/nowhere"))
  }

  @Test("--quiet says nothing, but for what is wrong", arguments: Launch.both)
  func quiet(launch: Launch) throws {
    let words = folder.trainWords() + ["--epochs", "1", "--quiet", "--progress", "always"]
    let outcome = try Job(words, launch).succeed()
    #expect(outcome.reported.isEmpty, "\(outcome.reported)")
    #expect(try folder.contents.steps("epoch") == [4])
    try Job(words + ["--hidden", "17"], launch).fail(64, "--hidden 17 would change the model")
    let sample = ["sample", folder.run, "--output", folder.path("x.npy")]
    #expect(try Job(sample + ["--quiet"], launch).succeed().reported.isEmpty)
    let told = try objects(Job(sample + ["--log-format", "json"], launch).succeed().output)
    #expect(told.count == 1 && told[0]["images"] as? Int == 64)
  }
}
