import Foundation
import Support
import Testing

/// A run that ends and goes on leaves what one that was never interrupted leaves.
@Suite struct ResumeTests {
  /// Four steps make an epoch: in its middle, at its last batch, at its end, and after it.
  @Test("a run that stops after any step goes on to the same bits", arguments: 1...7)
  func bits(steps: Int) throws {
    let folder = try RunFolder.trained()
    let other = folder.path("other")
    try folder.train("--epochs", "2", "--max-steps", "\(steps)", run: other).succeed()
    #expect(try RunContents(other).latest() == "step-0000000\(steps)")
    try folder.train(run: other).succeed()
    try expectSameRun(other, folder.run)
  }

  /// Warm-up, cosine or milestones, and SGD's momentum: what a step depends on beside the parameters.
  @Test(
    "a run with another optimizer and schedule goes on to the same bits",
    arguments: [
      ["--optimizer", "sgd", "--schedule", "cosine", "--warmup-steps", "3"],
      ["--optimizer", "adamw", "--schedule", "step", "--milestones", "1"],
    ])
  func schedules(words: [String]) throws {
    let folder = try RunFolder()
    let other = folder.path("other")
    try Job(folder.trainWords() + ["--epochs", "2"] + words).succeed()
    try Job(folder.trainWords(run: other) + ["--epochs", "2", "--max-steps", "5"] + words).succeed()
    try folder.train(on: .ranks(2), run: other).succeed()
    try expectSameRun(other, folder.run, anyRanks: true)
    let rates = try folder.contents.rows().filter { $0.kind == "step" }.compactMap(\.learningRate)
    let whole = words.contains("cosine")
    let third = try #require(rates.dropFirst(2).first)
    #expect(rates.count == 8 && abs(rates[0] / 1e-3 - (whole ? 1.0 / 3 : 1)) < 1e-12)
    #expect(third == 1e-3 && abs(rates[7] - (whole ? 1e-3 * 0.0954915 : 1e-4)) < 1e-10)
    #expect(try RunContents(other).rows().last?.learningRate == rates[7])
  }

  @Test("a cosine schedule ends with the epochs that the run began with")
  func beyond() throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "1", "--schedule", "cosine").succeed()
    #expect(try folder.contents.text("config.yaml").contains("schedule-epochs: 1\n"))
    for launch in Launch.both {
      try folder.train("--epochs", "2", on: launch)
        .fail(64, "--epochs 2 goes beyond the cosine schedule", "--schedule-epochs 2")
    }
    try folder.train("--epochs", "1").succeed()
  }

  @Test("ranks that stop go on to the same bits, as many as they were", arguments: [2, 3])
  func ranks(count: Int) throws {
    let folder = try RunFolder()
    let other = folder.path("other")
    try folder.train("--epochs", "2", on: .ranks(count)).succeed()
    for words in [["--max-steps", "3", "--epochs", "2"], ["--max-steps", "4"], []] {
      try Job(folder.trainWords(run: other) + words, .ranks(count)).succeed()
    }
    try expectSameRun(other, folder.run)
  }

  @Test("another number of ranks goes on with the same training", arguments: [(1, 3), (4, 1)])
  func otherRanks(first: Int, then: Int) throws {
    let folder = try RunFolder.trained()
    let other = folder.path("other")
    try folder.train("--epochs", "2", "--max-steps", "3", on: .ranks(first), run: other).succeed()
    try folder.train(on: .ranks(then), run: other).succeed()
    let rows = try [other, folder.run].map { try RunContents($0).rows() }
    #expect(rows[0].map(\.step) == rows[1].map(\.step))
    #expect(rows[0].compactMap(\.ranks) == [then, then])
    expectClose(
      rows[0].flatMap { [$0.reconstruction, $0.kl] },
      rows[1].flatMap { [$0.reconstruction, $0.kl] }, 1e-4)
  }

  @Test("more epochs go on where the run ended")
  func moreEpochs() throws {
    let folder = try RunFolder.trained()
    try folder.train("--epochs", "3").succeed()
    #expect(try folder.contents.steps("epoch") == [4, 8, 12])
    #expect(try folder.contents.steps("step") == Array(1...12))
    #expect(try folder.contents.latest() == "step-00000012")
    #expect(try folder.contents.text("config.yaml").contains("epochs: 3"))
  }

  /// Neither may train further, lose rows or checkpoints, or fail.
  @Test(
    "a run that is already further is left as it is",
    arguments: [["--epochs", "1"], ["--max-steps", "3"], []])
  func alreadyFurther(words: [String]) throws {
    let folder = try RunFolder.trained()
    let before = try folder.contents.bytes("metrics.jsonl")
    let model = try folder.contents.model()
    try Job(folder.trainWords() + words).succeed()
    #expect(try folder.contents.bytes("metrics.jsonl") == before)
    #expect(try folder.contents.model() == model)
    #expect(try folder.contents.latest() == "step-00000008")
  }

  @Test("flags that were not given keep the run's values")
  func keptFlags() throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "2", "--learning-rate", "0.01", "--max-steps", "3").succeed()
    try Job(["train", "--run", folder.run]).succeed()
    #expect(try folder.contents.steps("step") == Array(1...8))
    #expect(try folder.contents.text("config.yaml").contains("data: \(folder.data)\n"))
    #expect(try folder.contents.text("config.yaml").contains("learning-rate: 1e-2\n"))
  }

  @Test(
    "a flag that would change the model is refused",
    arguments: Launch.each(
      [
        ["--hidden", "17"], ["--latent", "5"], ["--batch-size", "51"], ["--seed", "2"],
        ["--learning-rate", "0.002"], ["--optimizer", "sgd"],
      ], onRanks: 4))
  func changedModel(words: [String], launch: Launch) throws {
    let folder = try RunFolder.trained()
    let before = try folder.contents.text("config.yaml")
    try Job(folder.trainWords() + ["--epochs", "3"] + words, launch)
      .fail(64, "\(words[0]) \(words[1]) would change the model")
    #expect(try folder.contents.text("config.yaml") == before)
    #expect(try folder.contents.steps("epoch") == [4, 8])
  }
}
