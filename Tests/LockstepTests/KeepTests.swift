import Foundation
import Support
import Testing

/// `--keep` and `best`.
@Suite struct KeepTests {
  private func names(_ run: String) throws -> [String] {
    try RunContents(run).names().filter { $0.hasPrefix("step-") || $0.hasPrefix(".unfinished") }
  }

  private func best(_ run: String) throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "\(run)/best")
  }

  @Test("the newest and the best stay", arguments: Launch.both)
  func newest(launch: Launch) throws {
    let folder = try RunFolder()
    // So large a step that later epochs are not all better ones.
    try folder.train(
      "--epochs", "5", "--learning-rate", "0.3", "--checkpoint-every", "1", "--keep", "2",
      on: launch
    ).succeed()
    let epochs = try folder.contents.rows().filter { $0.kind == "epoch" }
    let least = try #require(epochs.compactMap(\.testLoss).min())
    let step = try #require(epochs.first { $0.testLoss == least }).step
    #expect(try best(folder.run) == RunFolder.checkpoint(step))
    #expect(try names(folder.run) == Set([19, 20, step]).sorted().map(RunFolder.checkpoint))
    #expect(try folder.contents.latest() == "step-00000020")
  }

  @Test("a run that goes on knows the best so far")
  func resumed() throws {
    let folder = try RunFolder()
    let other = folder.path("other")
    let words = ["--learning-rate", "0.3", "--checkpoint-every", "3", "--keep", "1"]
    try Job(folder.trainWords() + words + ["--epochs", "5"]).succeed()
    for steps in 1...20 {
      try Job(folder.trainWords(run: other) + words + ["--epochs", "5", "--max-steps", "\(steps)"])
        .succeed()
    }
    #expect(try best(other) == best(folder.run))
    #expect(try names(other) == names(folder.run))
    try expectSameRun(other, folder.run, epochs: 5)
  }

  /// A kill between the two links leaves `best` where it was.
  @Test("a job that was killed before it came to `best` is mended", arguments: ["2", "3"])
  func killed(epochs: String) throws {
    let folder = try RunFolder.trained()
    let link = "\(folder.run)/best"
    let name = try best(folder.run)
    try #require(name == "step-00000008")
    try FileManager.default.removeItem(atPath: link)
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: "step-00000004")
    try folder.train("--epochs", epochs, "--keep", "1", "--learning-rate", "0.3").fail(64, "rate")
    #expect(try best(folder.run) == "step-00000004")
    try folder.train("--epochs", epochs, "--keep", "1").succeed()
    let epochRows = try folder.contents.rows().filter { $0.kind == "epoch" }
    let least = try #require(epochRows.compactMap(\.testLoss).min())
    let step = try #require(epochRows.first { $0.testLoss == least }).step
    #expect(try best(folder.run) == RunFolder.checkpoint(step))
  }

  @Test("what is later, altered or not a checkpoint stays")
  func spared() throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "2", "--checkpoint-every", "1").succeed()
    try Data().write(to: URL(fileURLWithPath: "\(folder.run)/step-00000002/notes.txt"))
    let manager = FileManager.default
    try manager.createDirectory(
      atPath: "\(folder.run)/step-00000000", withIntermediateDirectories: false)
    try manager.createSymbolicLink(
      atPath: "\(folder.run)/step-00000001x", withDestinationPath: "step-00000001")
    try folder.train(
      "--resume", "\(folder.run)/step-00000004", "--max-steps", "5", "--keep", "1"
    ).succeed()
    #expect(
      try names(folder.run) == [
        "step-00000000", "step-00000001x", "step-00000002", "step-00000004", "step-00000005",
        "step-00000006", "step-00000007", "step-00000008",
      ])
  }
}

extension RunFolder {
  /// The name of the checkpoint after `step` steps.
  static func checkpoint(_ step: Int) -> String {
    "step-" + String(repeating: "0", count: 8 - "\(step)".count) + "\(step)"
  }
}
