import Foundation
import Support
import Testing

/// `--checkpoint-every`: checkpoints between epochs' ends, and runs that go on from them.
@Suite struct CheckpointEveryTests {
  private func checkpoints(_ contents: RunContents) throws -> [Int] {
    try contents.names().filter { $0.hasPrefix("step-") }.compactMap { Int($0.dropFirst(5)) }
  }

  /// Four steps make an epoch, whose last is the epoch's own.
  @Test("by steps", arguments: [Launch.alone, .ranks(2), .ranks(3), .ranks(4)])
  func steps(launch: Launch) throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "2", "--checkpoint-every", "3", on: launch).succeed()
    #expect(try checkpoints(folder.contents) == [3, 4, 6, 8])
    for step in [3, 4, 6, 8] { #expect(try folder.contents.isWhole("step-0000000\(step)")) }
    #expect(try folder.contents.text("config.yaml").contains("checkpoint-every: 3\n"))
  }

  @Test("by seconds: as often as the clock asks", arguments: Launch.both)
  func seconds(launch: Launch) throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "2", "--checkpoint-every", "0.0001s", on: launch).succeed()
    // The clock asks before a step, so not after each.
    let found = try checkpoints(folder.contents)
    #expect(found.count > 2 && Set(found).isSuperset(of: [4, 8]), "\(found)")
    #expect(try folder.contents.text("config.yaml").contains("checkpoint-every: 0.0001s\n"))
    let other = folder.path("other")
    try folder.train("--epochs", "2", "--checkpoint-every", "1000s", on: launch, run: other)
      .succeed()
    #expect(try checkpoints(RunContents(other)) == [4, 8])
    try expectSameRun(other, folder.run)
  }

  @Test(
    "a run goes on from each of them on any number of ranks", arguments: [(1, 4), (3, 1), (4, 2)])
  func resume(then: Int, now: Int) throws {
    let folder = try RunFolder()
    try folder.train(
      "--epochs", "2", "--teams", "node", "--checkpoint-every", "1", on: .ranks(then)
    ).succeed()
    for step in [1, 3, 4, 6] {
      let other = folder.path("other\(step)")
      try FileManager.default.copyItem(atPath: folder.run, toPath: other)
      try Job(
        ["train", "--run", other, "--resume", "\(other)/step-0000000\(step)"], .ranks(now)
      ).succeed()
      try expectSameRun(other, folder.run, anyRanks: true, "from step \(step)")
    }
  }

  @Test("the run keeps it, and `epoch` ends it")
  func kept() throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "1", "--checkpoint-every", "3", "--keep", "9").succeed()
    try folder.train("--epochs", "2").succeed()
    #expect(try checkpoints(folder.contents) == [3, 4, 6, 8])
    try folder.train("--epochs", "3", "--checkpoint-every", "epoch").succeed()
    #expect(try checkpoints(folder.contents) == [3, 4, 6, 8, 12])
    let text = try folder.contents.text("config.yaml")
    #expect(text.contains("checkpoint-every: epoch\n") && text.contains("keep: 9\n"))
  }

  @Test("a configuration of an earlier version, which has no such key, is read")
  func earlier() throws {
    let folder = try RunFolder.trained()
    let keys = [
      "hidden", "latent", "batch-size", "learning-rate", "seed", "precision", "epochs", "data",
      "teams", "log-every",
    ]
    let text = try folder.contents.text("config.yaml").split(separator: "\n")
      .filter { line in keys.contains { line.hasPrefix("\($0):") } }
    #expect(text.count == keys.count)
    try Data(text.joined(separator: "\n").utf8)
      .write(to: URL(fileURLWithPath: "\(folder.run)/config.yaml"))
    try Job(["train", "--run", folder.run, "--epochs", "3"]).succeed()
    #expect(try checkpoints(folder.contents) == [4, 8, 12])
  }

  /// A folder where the link's new name would be: nothing can be linked, whoever asks.
  @Test(
    "one that fails stops the run where none may fail",
    arguments: [Launch.alone, .ranks(2), .ranks(4)])
  func failure(launch: Launch) throws {
    let folder = try RunFolder()
    try FileManager.default.createDirectory(
      atPath: "\(folder.run)/latest.new", withIntermediateDirectories: true)
    let words = ["--epochs", "100000", "--checkpoint-every", "2", "--max-save-failures", "0"]
    try Job(folder.trainWords() + words, launch)
      .fail(74, "\(folder.run)/latest: cannot create the link: ")
    let steps = try folder.contents.steps("step")
    #expect(steps.count >= 2 && steps.count < 400)
  }
}
