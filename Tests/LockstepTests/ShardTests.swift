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
    ["node", "rank"])
  func uneven(sizes: (images: Int, batch: Int), teams: String) throws {
    let folder = try RunFolder(SmallData(train: sizes.images, test: 5))
    let words = [
      "--batch-size", "\(sizes.batch)", "--max-steps", "12", "--epochs", "3", "--teams", teams,
    ]
    let runs = try [1, 3, 4].map { ranks in
      let run = folder.path("run-\(ranks)")
      try Job(folder.trainWords(run: run) + words, .ranks(ranks)).succeed()
      return RunContents(run)
    }
    let losses = try runs.map { try $0.rows().flatMap { [$0.reconstruction, $0.kl] } }
    let steps = min(12, (sizes.images + sizes.batch - 1) / sizes.batch * 3)
    #expect(try runs[0].steps("step") == Array(1...steps))
    for (run, other) in zip(runs, losses).dropFirst() {
      expectClose(other, losses[0], teams == "node" ? 0 : 1e-5)
      guard teams == "node" else { continue }
      #expect(try run.model() == runs[0].model())
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
