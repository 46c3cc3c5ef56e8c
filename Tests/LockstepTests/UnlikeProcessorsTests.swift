import Foundation
import Support
import Testing

/// Ranks that would compute with unlike instructions: oneDNN is told so in their environments.
@Suite struct UnlikeProcessorsTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  /// Runs one rank for each of `limits`, empty for none.
  private func launch(_ words: [String], _ limits: [String]) throws -> Command.Outcome {
    try Command.mpirun(
      limits.map { limit in
        let variable = limit.isEmpty ? [] : ["env", "ONEDNN_MAX_CPU_ISA=\(limit)"]
        return ["-n", "1"] + variable + [Command.built("lockstep")] + words
      }, environment: Job.environment
    ).run()
  }

  private func train(_ limits: [String], run name: String) throws -> RunContents {
    let run = folder.path(name)
    let outcome = try launch(folder.trainWords(run: run) + ["--epochs", "1"], limits)
    #expect(outcome.status == 0, "\(outcome.reported)")
    let sentence = "the products of all ranks are limited to"
    #expect(outcome.errors.contains(sentence) == (Set(limits).count > 1), "\(outcome.reported)")
    return RunContents(run)
  }

  @Test(
    "a job of unlike ranks has the bits of one of the least", arguments: ["AVX", "SSE41"],
    [["", "LEAST"], ["LEAST", ""], ["", "LEAST", "AVX2"]])
  func least(limit: String, ranks: [String]) throws {
    let alone = try train([limit], run: "alone")
    let mixed = try train(ranks.map { $0 == "LEAST" ? limit : $0 }, run: "mixed")
    for file in ["model.safetensors", "optimizer.safetensors", "state.json"] {
      #expect(try mixed.bytes("latest/\(file)") == alone.bytes("latest/\(file)"), "\(file)")
    }
    let free = try train([""], run: "free")
    #expect(try free.model() != alone.model())
  }

  @Test("so have those that use a checkpoint")
  func use() throws {
    let folder = try RunFolder.trained()
    let words = ["evaluate", folder.run, "--data", folder.data, "--json"]
    let least = try launch(words, ["AVX", "AVX"])
    let mixed = try launch(words, ["", "AVX"])
    #expect(least.status == 0 && least.output == mixed.output, "\(mixed.reported)")
    for outcome in [least, mixed] {
      #expect(outcome.errors.contains("this job computes with AVX, so last digits may differ"))
    }
  }

  @Test("ranks that say the same in other words are alike, and not limited")
  func alike() throws {
    let free = try train([""], run: "free")
    let outcome = try launch(
      folder.trainWords() + ["--epochs", "1"], ["", "ALL", "NONSENSE"])
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.reported)")
    #expect(try folder.contents.model() == free.model())
  }

  @Test("the doctor agrees with training")
  func doctor() throws {
    let outcome = try launch(["doctor"], ["", "AVX"])
    #expect(outcome.output.contains("oneDNN with AVX;"), "\(outcome.output)")
    #expect(outcome.output.contains("all are limited to AVX"), "\(outcome.output)")
  }

  /// Trains a step more with another limit, and expects one sentence with `parts`, or none.
  private func goOn(_ limit: String, _ parts: [String]) throws {
    let outcome = try launch(folder.trainWords() + ["--max-steps", "3"], [limit])
    #expect(outcome.status == 0, "\(outcome.reported)")
    #expect(outcome.errors.isEmpty == parts.isEmpty, "\(outcome.errors)")
    for part in parts { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
  }

  @Test("a resume with other instructions says what that means")
  func resume() throws {
    let begin = folder.trainWords() + ["--max-steps", "2"]
    #expect(try launch(begin, ["AVX"]).status == 0)
    try goOn("AVX", [])
    let shown = try Job(["inspect", folder.run]).succeed().output
    #expect(shown.contains(/products +AVX, hash [0-9a-f]{10,16}\n/), "\(shown)")
    try goOn("", ["made with AVX, ", "may differ", "; with ONEDNN_MAX_CPU_ISA=AVX all ranks"])
    try FileManager.default.removeItem(atPath: folder.run)
    #expect(try launch(begin, [""]).status == 0)
    try goOn("SSE41", ["computes with SSE41, so its bits may differ"])
  }

  /// The same instructions, and another hash.
  @Test("so does one on a processor that computes other bits")
  func otherProcessor() throws {
    #expect(try launch(folder.trainWords() + ["--max-steps", "2"], ["AVX"]).status == 0)
    try folder.contents.editState { $0.replacing(/"hash" : "[0-9a-f]+"/, with: #""hash" : "12""#) }
    try goOn("AVX", ["other bits than those that the checkpoint was made with", "may differ"])
  }

  @Test("checkpoints that do not tell of instructions are gone on with as before")
  func older() throws {
    #expect(try launch(folder.trainWords() + ["--max-steps", "2"], ["AVX"]).status == 0)
    try folder.contents.editState {
      $0.replacing(/"arithmetic" : \{[^}]*\},\n/, with: "")
    }
    #expect(try !folder.contents.text("latest/state.json").contains("arithmetic"))
    let shown = try Job(["inspect", folder.run]).succeed().output
    #expect(!shown.contains("products "), "\(shown)")
    try goOn("", [])
  }
}

extension RunContents {
  /// Changes the newest checkpoint's `state.json`, and its checksum with it.
  fileprivate func editState(_ change: (String) -> String) throws {
    let old = try text("latest/state.json")
    let new = change(old)
    try #require(new != old)
    let folder = URL(fileURLWithPath: "\(path)/latest").resolvingSymlinksInPath()
    try Data(new.utf8).write(to: folder.appendingPathComponent("state.json"))
    let files = ["model.safetensors", "optimizer.safetensors", "state.json"]
    let sums = try Command(["sha256sum"] + files).run(in: folder).output
    try Data(sums.utf8).write(to: folder.appendingPathComponent("SHA256SUMS"))
  }
}
