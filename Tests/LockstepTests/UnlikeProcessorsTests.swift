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
        let variable = limit.isEmpty ? [] : ["-x", "ONEDNN_MAX_CPU_ISA=\(limit)"]
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
    #expect(mixed.errors.isEmpty)
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
}
