import Foundation
import Support
import Testing

/// `lockstep bench --prove` on MNIST, whose models are held against published ones.
@Suite(.enabled(if: RealData.isThere, RealData.advice)) struct PublishedProofTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ words: String..., path: String? = nil) throws -> Command.Outcome {
    var environment = ["TMPDIR": folder.url.path]
    environment["PATH"] = path
    return try Job(
      ["bench", "--prove", "--data", RealData.folder, "--precision", "fp32"] + words,
      environment: environment
    ).command.run(seconds: 200)
  }

  @Test("the published model is named")
  func same() throws {
    let outcome = try run("--quick", "--ranks", "1")
    let verdicts = """

      the same bits in all 3 runs: model, optimizer and metrics
      the published model, a3a600e0416ac755 after 63 steps in fp32: every run has it

      """
    #expect(outcome.status == 0 && outcome.output.hasSuffix(verdicts), "\(outcome.reported)")
  }

  /// Other parameters to begin with are nothing that a checkpoint tells.
  @Test("another model is a failure, though all runs agree on it")
  func other() throws {
    let model = folder.url.appendingPathComponent("other").path
    try Job([
      "train", "--data", RealData.folder, "--run", model, "--report", "off", "--max-steps", "1",
    ]).succeed()
    let misleading = try folder.launcher(
      #"[ -e "$TMPDIR"/lockstep-bench-*/run/latest ] || set -- "$@" --init '\#(model)'"#,
      #"exec \#(Library.launcher) "$@""#)
    let outcome = try run("--quick", "--ranks", "2", path: misleading)
    outcome.expectFailure(
      70,
      ["NOT the published model, a3a600e0416ac755 after 63 steps in fp32: 5 of 5 runs have another"]
    )
    #expect(outcome.output.contains("\nthe same bits in all 5 runs"), "\(outcome.output)")
  }

  @Test("other batches and other steps have none", arguments: [("64", "63"), ("128", "62")])
  func none(batchSize: String, steps: String) throws {
    let outcome = try run("--batch-sizes", batchSize, "--steps", steps, "--ranks", "1")
    let verdict =
      "\nno published model to compare with: there is one for MNIST, fp32, batch 128, default steps\n"
    #expect(outcome.status == 0 && outcome.output.hasSuffix(verdict), "\(outcome.reported)")
  }
}
