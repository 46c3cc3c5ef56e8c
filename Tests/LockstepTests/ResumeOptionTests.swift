import Foundation
import Support
import Testing

/// `--resume`: where a run goes on from, and what becomes of what was there.
@Suite struct ResumeOptionTests {
  @Test("--resume PATH goes on from an older checkpoint of the run")
  func olderCheckpoint() throws {
    let folder = try RunFolder.trained()
    let model = try folder.contents.model()
    try folder.train("--resume", "\(folder.run)/step-00000004", "--max-steps", "6").succeed()
    #expect(try folder.contents.latest() == "step-00000006")
    #expect(try folder.contents.steps("step") == Array(1...6))
    #expect(try folder.contents.steps("epoch") == [4])
    try folder.train().succeed()
    #expect(try folder.contents.model() == model)
    #expect(try folder.contents.isWhole("step-00000008"))
    #expect(try folder.contents.steps("step") == Array(1...8))
  }

  /// Where the run goes on is where it is, even when it ends before its next checkpoint.
  @Test("--resume PATH decides where the run is from then on")
  func olderCheckpointFirst() throws {
    let folder = try RunFolder.trained()
    try folder.train("--resume", "\(folder.run)/step-00000004", "--max-steps", "1").succeed()
    try folder.train("--epochs", "2").succeed()
    #expect(try folder.contents.steps("step") == Array(1...8))
    #expect(try folder.contents.steps("epoch") == [4, 8])
  }

  @Test("--resume PATH starts a new run from another's checkpoint")
  func otherRun() throws {
    let folder = try RunFolder.trained()
    let other = folder.path("other")
    // As a path relative to the working directory, without any slash.
    let checkpoint = URL(fileURLWithPath: folder.run)
    try Job(
      ["train", "--resume", "step-00000004", "--run", other, "--epochs", "2"]
    ).succeed(in: checkpoint)
    #expect(try RunContents(other).model() == folder.contents.model())
    #expect(try RunContents(other).steps("step") == Array(5...8))
    #expect(try RunContents(other).text("config.yaml") == folder.contents.text("config.yaml"))
  }

  @Test("--resume PATH begins with that checkpoint, also where nothing is left to train")
  func otherRunDone() throws {
    let folder = try RunFolder.trained()
    let other = folder.path("other")
    let outcome = try Job(["train", "--resume", folder.run, "--run", other]).succeed()
    #expect(outcome.output.hasSuffix(try Self.end(other)), "\(outcome.output)")
    #expect(try RunContents(other).model() == folder.contents.model())
    #expect(try RunContents(other).isWhole("step-00000008"))
    #expect(try RunContents(other).names().contains("best"))
    try Job(["train", "--run", other, "--epochs", "3"]).succeed()
    #expect(try RunContents(other).steps("epoch") == [12])
  }

  /// What a run with nothing left to train tells.
  private static func end(_ run: String) throws -> String {
    "\nnothing left to train; with a larger --epochs or --max-steps, \(run) goes on\n"
      + "model SHA-256 \(try RunContents(run).digest())\n"
  }

  /// But for `latest`, which a job that was killed may not have set.
  @Test(
    "a run with nothing left to train stays as it is", arguments: Launch.both,
    [["--epochs", "1"], ["--epochs", "3", "--max-steps", "8"]])
  func done(launch: Launch, words: [String]) throws {
    let folder = try RunFolder.trained()
    let names = try folder.contents.names()
    let texts = ["config.yaml", "environment.json", "metrics.jsonl"]
    let before = try texts.map(folder.contents.text)
    try FileManager.default.removeItem(atPath: "\(folder.run)/latest")
    let outcome = try Job(folder.trainWords() + words + ["--log-every", "7"], launch).succeed()
    #expect(outcome.output.hasSuffix(try Self.end(folder.run)), "\(outcome.output)")
    #expect(try folder.contents.names() == names)
    #expect(try texts.map(folder.contents.text) == before)
    #expect(try folder.contents.latest() == "step-00000008")
  }

  @Test("a run whose last job was killed before its report gets one", arguments: Launch.both)
  func report(launch: Launch) throws {
    let folder = try RunFolder.trained()
    let report = "\(folder.run)/report.html"
    let texts = ["config.yaml", "environment.json", "metrics.jsonl"]
    let before = try texts.map(folder.contents.text)
    try FileManager.default.removeItem(atPath: report)
    try Job(folder.trainWords() + ["--epochs", "1"], launch).succeed()
    #expect(FileManager.default.fileExists(atPath: report))
    // One from before the last checkpoint.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: report)
    try Job(folder.trainWords() + ["--epochs", "1"], launch).succeed()
    let attributes = try FileManager.default.attributesOfItem(atPath: report)
    #expect(try #require(attributes[.modificationDate] as? Date).timeIntervalSince1970 > 0)
    #expect(try texts.map(folder.contents.text) == before)
  }

  /// Two runs in one directory would be neither.
  @Test("--resume PATH of another run moves what is there aside")
  func otherRunAside() throws {
    let folder = try RunFolder.trained()
    let other = folder.path("other")
    try folder.train("--max-steps", "2", "--seed", "5", run: other).succeed()
    let old = try RunContents(other).model()
    let outcome = try Job(["train", "--resume", folder.run, "--run", other, "--epochs", "3"])
      .succeed()
    #expect(
      outcome.output.hasPrefix(
        "moved the files of an earlier run to \(other)/previous-1\ngoing on "))
    #expect(try RunContents(other).steps("epoch") == [12])
    #expect(
      try RunContents(other).names().filter { !$0.hasPrefix("events.out.tfevents.") } == [
        ".lock", "best", "config.yaml", "environment.json", "latest", "metrics.jsonl",
        "previous-1", "reconstructions", "report.html", "samples", "step-00000008", "step-00000012",
      ])
    #expect(try RunContents("\(other)/previous-1").model() == old)
  }

  @Test("--resume of a .safetensors file is refused: it has no moments", arguments: Launch.both)
  func parametersOnly(launch: Launch) throws {
    let folder = try RunFolder.trained()
    try folder.train(
      "--resume", "\(folder.run)/latest/model.safetensors", on: launch, run: folder.path("other")
    ).fail(65, "a run cannot go on from parameters alone")
  }

  @Test("--resume none begins anew and keeps the old run", arguments: Launch.both)
  func none(launch: Launch) throws {
    let folder = try RunFolder.trained()
    let names = try folder.contents.names().filter { $0 != ".lock" }
    let model = try folder.contents.model()
    for number in 1...2 {
      let plan = try folder.train("--resume", "none", "--dry-run", on: launch).succeed().output
      let previous = "\(folder.run)/previous-\(number)"
      #expect(plan.contains("\n# moves    another run's files to \(previous)\n"))
      try folder.train("--resume", "none", "--max-steps", "2", on: launch).succeed()
      #expect(try folder.contents.steps("step") == [1, 2])
      #expect(try folder.contents.latest() == "step-00000002")
      #expect(try folder.contents.names().contains("previous-\(number)"))
    }
    let previous = RunContents("\(folder.run)/previous-1")
    #expect(try previous.names() == names)
    #expect(try previous.model() == model)
    #expect(try previous.steps("epoch") == [4, 8])
    // What was moved aside is a run that can go on.
    try Job(["train", "--run", previous.path, "--epochs", "3"], launch).succeed()
    #expect(try previous.steps("epoch") == [4, 8, 12])
  }
}
