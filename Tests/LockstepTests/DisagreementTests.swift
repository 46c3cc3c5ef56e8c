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
    let outcome = try Command.mpirun(parts.map { ["-n", "1"] + $0 }, environment: Job.failing)
      .run()
    outcome.expectFailure(code, [sentence], sourceLocation: sourceLocation)
    #expect(!FileManager.default.fileExists(atPath: folder.run), sourceLocation: sourceLocation)
  }

  private var words: [String] { [Command.built("lockstep")] + folder.trainWords() }

  @Test(
    "other flags",
    arguments: [["--seed", "2"], ["--max-steps", "4"]])
  func flags(other: [String]) throws {
    try expectRefusal([words, words + other], "the configuration of rank 1 on ")
  }

  @Test("another run directory")
  func directory() throws {
    let other = [Command.built("lockstep")] + folder.trainWords(run: folder.path("other"))
    try expectRefusal([words, other], "the run directory of rank 1 on ")
    #expect(!FileManager.default.fileExists(atPath: folder.path("other")))
  }

  @Test("flags that another rank alone cannot read")
  func badFlags() throws {
    try expectRefusal([words, words + ["--seed", "x"]], code: 64, "'x' is invalid for '--seed")
  }

  /// A copy of the program with a byte more at its end.
  private func otherProgram() throws -> String {
    let other = folder.path("lockstep")
    try FileManager.default.copyItem(atPath: Command.built("lockstep"), toPath: other)
    let handle = try #require(FileHandle(forWritingAtPath: other))
    try handle.seekToEnd()
    // Nothing that the program would notice.
    try handle.write(contentsOf: Data([0]))
    try handle.close()
    return other
  }

  @Test("another program")
  func program() throws {
    try expectRefusal(
      [words, [try otherProgram()] + words.dropFirst()],
      "the program of rank 1 on \(ProcessInfo.processInfo.hostName) differs")
  }

  /// Launchers do not carry variables to other hosts by themselves.
  @Test(
    "flags that one rank alone has from the environment",
    arguments: [
      ("SEED=5", ["sample", "--count", "256", "--output"]),
      ("COUNT=5000", ["sample", "--output"]), ("DIGITS=01", ["sample", "--output"]),
      ("IMPORTANCE_SAMPLES=5", ["evaluate"]), ("SPLIT=train", ["encode", "--output"]),
      ("COUNT=9", ["reconstruct", "--output"]),
    ])
  func variable(setting: String, words: [String]) throws {
    let folder = try RunFolder.trained()
    let output = folder.path("x" + (words[0] == "reconstruct" ? ".png" : ".npy"))
    var words = [Command.built("lockstep"), words[0], folder.run] + words.dropFirst()
    if words.last == "--output" { words.append(output) }
    let outcome = try Command.mpirun(
      [["-n", "1", "env", "LOCKSTEP_\(setting)"] + words, ["-n", "1"] + words],
      environment: Job.failing
    ).run()
    outcome.expectFailure(70, ["the command of rank 1 on ", "mpirun -x NAME"])
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  @Test("another program, or another command, that uses a checkpoint")
  func use() throws {
    let folder = try RunFolder.trained()
    let words = [Command.built("lockstep"), "evaluate", folder.run, "--data", folder.data]
    let program = [try otherProgram()] + words.dropFirst()
    for (other, subject) in [(program, "program"), (words + ["--json"], "command")] {
      let parts = [words, other].map { ["-n", "1"] + $0 }
      try Command.mpirun(parts, environment: Job.failing).run()
        .expectFailure(70, ["the \(subject) of rank 1 on ", "differs from that of rank 0 on "])
    }
  }

  @Test("a resume with other flags")
  func resume() throws {
    let folder = try RunFolder.trained()
    let words = [Command.built("lockstep")] + folder.trainWords()
    let before = try folder.contents.bytes("metrics.jsonl")
    let outcome = try Command.mpirun(
      [["-n", "1"] + words + ["--epochs", "3"], ["-n", "1"] + words + ["--epochs", "4"]],
      environment: Job.failing
    ).run()
    outcome.expectFailure(70, ["the configuration of rank 1 on "])
    #expect(try folder.contents.bytes("metrics.jsonl") == before)
    #expect(try folder.contents.latest() == "step-00000008")
    #expect(try !folder.contents.text("config.yaml").contains("epochs: 3"))
  }
}
