import Foundation
import Support
import Testing

/// `--clip-gradient`: one factor for the whole gradient, on all ranks.
@Suite struct ClippingTests {
  /// Two layers have several tiles, so that ranks and threads share them. The limit is below the norm of some
  /// steps and above that of others.
  private static let words = [
    "--epochs", "2", "--hidden", "90", "--optimizer", "sgd", "--learning-rate", "1e-3",
    "--clip-gradient", "10.3",
  ]

  @Test("the model is the same on any ranks, threads and teams, and after a stop")
  func hash() throws {
    let folder = try RunFolder()
    try Job(folder.trainWords() + Self.words).succeed()
    let norms = try folder.contents.rows().compactMap(\.gradientNorm)
    #expect(norms.contains { $0 > 10.3 } && norms.contains { $0 < 10.3 }, "\(norms)")
    let launches: [(Launch, [String])] = [
      (.ranks(2), ["--threads-per-rank", "2"]), (.ranks(3), []),
      (.ranks(2), ["--teams", "rank", "--exchange", "all-gather"]),
      (.ranks(3), ["--teams", "rank", "--exchange", "all-reduce"]),
    ]
    for (number, (launch, more)) in launches.enumerated() {
      let other = folder.path("other\(number)")
      let all = folder.trainWords(run: other) + Self.words + more
      if number == 1 { try Job(all + ["--max-steps", "3"]).succeed() }
      try Job(all, launch).succeed()
      try expectSameRun(other, folder.run, anyRanks: true, "\(launch) \(more)")
    }
  }

  /// After one step from zero the momentum buffer is the gradient.
  @Test(
    "the step is taken with the clipped gradient, and the norm before it is logged",
    arguments: [
      (Launch.alone, []), (.ranks(3), ["--teams", "rank"]),
      (.ranks(2), ["--teams", "rank", "--exchange", "all-gather"]),
    ] as [(Launch, [String])])
  func length(launch: Launch, more: [String]) throws {
    let folder = try RunFolder()
    let step = ["--epochs", "1", "--max-steps", "1", "--hidden", "90", "--optimizer", "sgd"]
    try Job(folder.trainWords() + step + more, launch).succeed()
    let norm = try #require(try folder.contents.rows().first?.gradientNorm)
    let whole = try momentNorm(of: folder.contents, prefix: "momentum_buffer.")
    #expect(abs(whole / norm - 1) < 1e-5)
    let clipped = RunContents(folder.path("clipped"))
    let words = folder.trainWords(run: clipped.path) + step + more
    try Job(words + ["--clip-gradient", "\(norm / 3)"], launch).succeed()
    #expect(try clipped.rows().first?.gradientNorm == norm)
    let length = try momentNorm(of: clipped, prefix: "momentum_buffer.")
    #expect(abs(length / (norm / 3) - 1) < 1e-5, "\(length) of \(norm)")
  }
}
