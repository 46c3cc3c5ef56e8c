import Foundation
import Support
import Testing

/// The number of ranks does not change what is computed, however unevenly a batch falls to them.
@Suite struct ShardTests {
  /// Images and batch sizes: batches of which some ranks get nothing, last batches that are smaller,
  /// and batches that are larger than the data.
  @Test(
    "uneven, empty and oversized batches train as one rank does",
    arguments: [(200, 1), (10, 3), (130, 47), (7, 4), (50, 64), (3, 1_048_576)],
    Exchange.allCases)
  func uneven(sizes: (images: Int, batch: Int), exchange: Exchange) throws {
    let folder = try RunFolder(SmallData(train: sizes.images, test: 5))
    let words = [
      "--batch-size", "\(sizes.batch)", "--max-steps", "12", "--epochs", "3",
    ]
    let runs = try [1, 3, 4].map { ranks in
      let run = folder.path("run-\(ranks)")
      try Job(folder.trainWords(run: run) + words + exchange.words, .ranks(ranks)).succeed()
      return RunContents(run)
    }
    let losses = try runs.map { try $0.rows().flatMap { [$0.reconstruction, $0.kl] } }
    let steps = min(12, (sizes.images + sizes.batch - 1) / sizes.batch * 3)
    #expect(try runs[0].steps("step") == Array(1...steps))
    for (run, other) in zip(runs, losses).dropFirst() {
      expectClose(other, losses[0], exchange.keepsBits ? 0 : 1e-5)
      guard exchange.keepsBits else { continue }
      for name in ["model.safetensors", "optimizer.safetensors"] {
        #expect(try run.bytes("latest/\(name)") == runs[0].bytes("latest/\(name)"), "\(name)")
      }
    }
  }

  /// What ranks share, or send one another.
  enum Exchange: CaseIterable {
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

    var keepsBits: Bool { self != .gradients }
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
