@testable import Benchmarks
@testable import Checkpoints
import Foundation
import Kernels
import Support
import Testing

/// The bits that the README promises of the default run.
@Suite struct PublishedModelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The smallest set of each kind of vector instructions for fp32: the larger ones have the same
  /// kernels. Without vectors an epoch takes minutes.
  private static let fast = InstructionSet.available.filter { $0 != .generic && $0 == $0.floats }

  /// Trains by the default recipe and gives the run's directory.
  private func train(
    _ set: InstructionSet, _ words: [String]
  ) throws -> RunContents {
    let run = folder.url.appendingPathComponent(set.rawValue).path
    let outcome = try Job(
      ["train", "--data", RealData.folder, "--run", run, "--report", "off"] + words,
      environment: ["LOCKSTEP_INSTRUCTIONS": set.rawValue]
    ).succeed(seconds: 300)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    return RunContents(run)
  }

  /// What `sha256sum` prints of the model in a checkpoint.
  private func digest(_ run: RunContents, step: Int) throws -> String {
    try run.digest("step-" + String(format: "%08d", step))
  }

  /// Steps 63 and 500 are those of `bench --prove`. `scripts/test` trains ten epochs, with the
  /// release build, and compares the model with the README's.
  @Test(
    "an epoch, and what a proof trains, with every set of vector instructions",
    .enabled(if: RealData.isThere, RealData.advice), arguments: fast)
  func epoch(set: InstructionSet) throws {
    let run = try train(set, ["--max-steps", "500", "--checkpoint-every", "63"])
    for step in [63, 469, 500] {
      #expect(try digest(run, step: step) == PublishedModel.digests[step], "step \(step)")
    }
  }

  @Test(
    "the first steps without vector instructions are those with them",
    .enabled(if: RealData.isThere, RealData.advice))
  func generic() throws {
    let sets = [InstructionSet.available[0], .current]
    let digests = try sets.map { try digest(train($0, ["--max-steps", "20"]), step: 20) }
    #expect(digests[0] == digests[1])
  }

  @Test("the README has what the program has")
  func readme() throws {
    let page = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../README.md")
    let text = try String(contentsOf: page.standardizedFileURL, encoding: .utf8)
    let digests = text.matches(of: /\b[0-9a-f]{64}\b/).map { String($0.output) }
    #expect(digests == [469, 4690].map { PublishedModel.digests[$0] })
  }

  @Test("a model is published for whatever a proof trains by default", arguments: [true, false])
  func plan(isQuick: Bool) {
    var choices = BenchChoices(data: "")
    choices.isQuick = isQuick
    let plan = ProofPlan(
      choices, cores: 2, steps: nil, precision: .fp32, hosts: nil, obstacle: nil)
    #expect(!plan.cells.isEmpty)
    for cell in plan.cells { #expect(PublishedModel.digests[cell.subject.steps] != nil) }
  }
}
