import Foundation
import Kernels
import Support
import Testing

/// `--precision bf16` where there is no hardware for it, or where it is not to be used.
@Suite struct PrecisionTests {
  @Test("is refused before anything is begun", arguments: Launch.both)
  func unavailable(launch: Launch) throws {
    let folder = try RunFolder()
    let job = folder.train(
      "--precision", "bf16", on: launch, environment: ["LOCKSTEP_INSTRUCTIONS": "avx2"])
    try job.fail(69, "products in bf16 need AVX-512 BF16", ProcessInfo.processInfo.hostName)
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }
}

/// The same where there is.
@Suite(.enabled(if: Precision.bf16.isAvailable, "this processor has no AVX-512 BF16"))
struct BFloat16TrainingTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  private func train(_ words: [String], _ launch: Launch, run: String) throws -> RunContents {
    try Job(
      folder.trainWords(run: folder.path(run)) + ["--epochs", "2", "--precision", "bf16"] + words,
      launch
    ).succeed()
    return RunContents(folder.path(run))
  }

  @Test("the model does not depend on the number of ranks, and is not fp32's")
  func ranks() throws {
    let alone = try train([], .alone, run: "alone")
    for ranks in 1...4 {
      let run = try train([], .ranks(ranks), run: "run-\(ranks)")
      #expect(try run.model() == alone.model(), "\(ranks) ranks")
    }
    let single = RunContents(folder.path("single"))
    try Job(folder.trainWords(run: single.path) + ["--epochs", "2"]).succeed()
    #expect(try alone.model() != single.model())
  }

  @Test("a run in two parts gives the model of one, and keeps its precision")
  func resume() throws {
    let whole = try train([], .alone, run: "whole")
    let parts = try train(["--max-steps", "3"], .ranks(2), run: "parts")
    let words = folder.trainWords(run: parts.path)
    try Job(words + ["--precision", "fp32"]).fail(64, "--precision fp32 would change the model")
    try Job(words, environment: ["LOCKSTEP_INSTRUCTIONS": "avx2"]).fail(69, "bf16")
    try Job(words + ["--epochs", "2"]).succeed()
    #expect(try parts.model() == whole.model())
    #expect(try parts.text("config.yaml").contains("precision: bf16"))
  }

  @Test("one processor without it is enough to refuse")
  func oneOfTwo() throws {
    let words = [Command.built("lockstep")] + folder.trainWords() + ["--precision", "bf16"]
    let parts = [["-n", "1"] + words, ["-n", "1", "env", "LOCKSTEP_INSTRUCTIONS=avx2"] + words]
    try Command.mpirun(parts, environment: Job.failing).run().expectFailure(69, ["bf16"])
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }

  @Test("what is evaluated is the fp32 model, as the epoch's row tells")
  func evaluation() throws {
    let run = try train([], .alone, run: "run")
    let outcome = try Job(["evaluate", run.path, "--data", folder.data]).succeed()
    let loss = try #require(try run.rows().last?.testLoss)
    #expect(outcome.output.contains("test_loss       \(loss)\n"))
  }
}
