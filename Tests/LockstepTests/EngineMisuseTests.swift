import Foundation
import Support
import Testing

/// What the library does where a program gives it what cannot be, or not the same on all ranks: every rank
/// gets the same failure, and none waits.
@Suite struct EngineMisuseTests {
  private func probe(_ words: String..., ranks: Int) throws -> Command.Outcome {
    try Command.mpirun(ranks: ranks, "engine-probe", words, environment: Job.failing)
      .run(seconds: 60)
  }

  @Test(
    "what is impossible is refused", arguments: [1, 2],
    [
      ("empty", "needs an image"), ("rate", "learning-rate must be a positive number"),
      ("offset", "50 images into an epoch that has 50"), ("negative", "below zero"),
      ("losses", "losses that are not finite"),
      ("between", "7 images into an epoch, where no batch"), ("threads", "threads-per-rank"),
      ("wire", "wire bf16 rounds gradients"), ("save", "are not those that are trained on"),
    ])
  func impossible(ranks: Int, mistake: (scenario: String, sentence: String)) throws {
    let outcome = try probe(mistake.scenario, "", ranks: ranks)
    #expect(outcome.status == 64, "\(outcome.reported)")
    #expect(outcome.output.contains(mistake.sentence), "\(outcome.reported)")
  }

  @Test(
    "what differs between ranks is told on all",
    arguments: [
      ("shape", 70, "the images' shape of rank 2"), ("images", 70, "the images' shape of rank 2"),
      ("recipe", 70, "the recipe of rank 2"), ("progress", 70, "the progress of rank 2"),
      ("one-rate", 64, "learning-rate must be a positive number"),
    ] as [(String, Int32, String)])
  func differs(scenario: String, code: Int32, sentence: String) throws {
    let outcome = try probe(scenario, "", ranks: 3)
    #expect(outcome.status == code, "\(outcome.reported)")
    #expect(outcome.output.contains(sentence), "\(outcome.reported)")
  }

  @Test("a checkpoint of a complete epoch goes on with the next", arguments: [1, 2])
  func goesOn(ranks: Int) throws {
    let folder = try TemporaryFolder()
    let outcome = try probe("go-on", folder.path("run"), ranks: ranks)
    #expect(outcome.output == "same\n", "\(outcome.reported)")
  }
}
