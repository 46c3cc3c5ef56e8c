import Foundation
import Support
import Testing

/// The number of ranks does not change what is computed, however unevenly a batch falls to them.
@Suite struct ShardTests {
  /// Images and batch sizes: batches of which some ranks get nothing, last batches that are
  /// smaller, and batches that are larger than the data.
  static let sizes = [(200, 1), (10, 3), (130, 47), (7, 4), (50, 64), (3, 1_048_576)]

  /// How a run is started.
  private struct Start {
    var ranks = 1
    var threads = 1
    var binding = "none"
    var exchange = Exchange.memory
  }

  private static let starts = [
    Start(), Start(ranks: 2, binding: "core"), Start(ranks: 3), Start(ranks: 5),
    Start(threads: 3, binding: "core"), Start(ranks: 2, threads: 2),
    Start(ranks: 3, exchange: .samples), Start(ranks: 4, exchange: .samples),
  ]

  @Test("the number of ranks and threads changes no byte of a run", arguments: sizes)
  func ranks(images: Int, batch: Int) throws {
    let folder = try RunFolder(SmallData(train: images, test: 5))
    let one = try train(folder, batch, Self.starts[0])
    #expect(
      try one.steps("step") == Array(1...min(12, (images + batch - 1) / batch * 3)))
    for start in Self.starts.dropFirst() {
      try train(folder, batch, start).expectSame(as: one, "\(start)")
    }
  }

  /// The last batch of an epoch has 2 images, of which most of five ranks get none; the batch
  /// before has 130 or 50, in several chunks on some ranks and one on others.
  @Test(
    "so with layers of odd sizes", arguments: [(132, 130), (102, 50)], [(1, 1), (7, 3), (50, 65)])
  func layers(sizes: (images: Int, batch: Int), model: (hidden: Int, latent: Int)) throws {
    let folder = try RunFolder(SmallData(train: sizes.images, test: 5))
    let words = ["--hidden", "\(model.hidden)", "--latent", "\(model.latent)"]
    let one = try train(folder, sizes.batch, Start(), words)
    for start in [Start(ranks: 2), Start(ranks: 5, binding: "core")] {
      try train(folder, sizes.batch, start, words).expectSame(as: one, "\(start)")
    }
  }

  @Test("gradients of several teams add up to the same, but for rounding", arguments: sizes)
  func teams(images: Int, batch: Int) throws {
    let folder = try RunFolder(SmallData(train: images, test: 5))
    let losses = try [1, 3, 4].map { ranks in
      try train(folder, batch, Start(ranks: ranks, exchange: .gradients))
        .rows().flatMap { [$0.reconstruction, $0.kl] }
    }
    for other in losses.dropFirst() { expectClose(other, losses[0], 1e-5) }
  }

  /// Trains three epochs, or twelve steps where these are fewer.
  private func train(
    _ folder: RunFolder, _ batch: Int, _ start: Start, _ words: [String] = []
  ) throws -> RunContents {
    let run = folder.path("run-\(start)")
    let words =
      folder.trainWords(run: run) + [
        "--batch-size", "\(batch)", "--max-steps", "12", "--epochs", "3", "--threads-per-rank",
        "\(start.threads)",
      ] + start.exchange.words + words
    let outcome = try Command.mpirun(
      [["-n", "\(start.ranks)", Command.built("lockstep")] + words], binding: start.binding,
      environment: Job.environment
    ).run(seconds: 120)
    #expect(outcome.status == 0, "\(start): \(outcome.reported)")
    return RunContents(run)
  }

  /// What ranks share, or send one another.
  enum Exchange {
    /// One team shares its memory.
    case memory
    /// Teams of one rank add gradients up.
    case gradients
    /// Teams of one rank gather inputs and deltas.
    case samples

    var words: [String] {
      switch self {
      case .memory: []
      case .gradients: ["--teams", "rank", "--exchange", "all-reduce"]
      case .samples: ["--teams", "rank", "--exchange", "all-gather"]
      }
    }
  }
}

/// Expects two lists of numbers to agree to a relative `tolerance`.
func expectClose(
  _ some: [Double], _ others: [Double], _ tolerance: Double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(some.count == others.count && !some.isEmpty, sourceLocation: sourceLocation)
  for (index, (one, other)) in zip(some, others).enumerated() {
    #expect(
      abs(one - other) <= tolerance * abs(other), "number \(index)", sourceLocation: sourceLocation)
  }
}
