import Foundation
import Support
import Testing

/// Ranks that are not about to do the same do nothing, and say why in one sentence.
@Suite struct DisagreementTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  /// Runs two parts of one job and expects code and sentence, and that nothing was trained.
  private func expectRefusal(
    _ parts: [[String]], code: Int32 = 70, _ sentence: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try Command.mpirun(parts.map { ["-n", "1"] + $0 }, environment: Job.environment)
      .run()
    outcome.expectFailure(code, [sentence], sourceLocation: sourceLocation)
    let names = try folder.contents.names()
    #expect(!names.contains { $0.hasPrefix("step-") }, sourceLocation: sourceLocation)
  }

  private var words: [String] { [Command.built("lockstep")] + folder.trainWords() }

  @Test(
    "other flags",
    arguments: [["--seed", "2"], ["--max-steps", "4"]])
  func flags(other: [String]) throws {
    try expectRefusal([words, words + other], "the configuration of rank 1 differs")
  }

  /// The same relative path leads to other files in another working directory, as it may on another
  /// machine.
  @Test("other data")
  func data() throws {
    try SmallData(train: 201).write(to: folder.folder.url.appendingPathComponent("elsewhere/data"))
    let words = words + ["--data", "data"]
    try expectRefusal(
      [
        ["env", "-C", folder.folder.url.path] + words,
        ["env", "-C", folder.path("elsewhere")] + words,
      ], "the data of rank 1 differs")
  }

  @Test("data that only one rank lacks", arguments: [0, 1])
  func missingData(rank: Int) throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("elsewhere"), withIntermediateDirectories: true)
    let words = words + ["--data", "data"]
    let places = [folder.folder.url.path, folder.path("elsewhere")]
    try expectRefusal(
      (0..<2).map { ["env", "-C", places[$0 == rank ? 1 : 0]] + words }, code: 74,
      "there is no train-images-idx3-ubyte here")
  }

  @Test("another program")
  func program() throws {
    let other = folder.path("lockstep")
    try FileManager.default.copyItem(atPath: Command.built("lockstep"), toPath: other)
    let handle = try #require(FileHandle(forWritingAtPath: other))
    try handle.seekToEnd()
    // Nothing that the program would notice.
    try handle.write(contentsOf: Data([0]))
    try handle.close()
    try expectRefusal(
      [words, [other] + words.dropFirst()], "the program of rank 1 differs")
  }

  @Test("a resume with other flags")
  func resume() throws {
    let folder = try RunFolder.trained()
    let words = [Command.built("lockstep")] + folder.trainWords()
    let before = try folder.contents.bytes("metrics.jsonl")
    let outcome = try Command.mpirun(
      [["-n", "1"] + words + ["--epochs", "3"], ["-n", "1"] + words + ["--epochs", "4"]],
      environment: Job.environment
    ).run()
    outcome.expectFailure(70, ["the configuration of rank 1 differs"])
    #expect(try folder.contents.bytes("metrics.jsonl") == before)
    #expect(try folder.contents.latest() == "step-00000008")
    #expect(try !folder.contents.text("config.yaml").contains("epochs: 3"))
  }
}
