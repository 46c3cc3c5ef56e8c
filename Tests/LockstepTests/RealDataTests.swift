import Foundation
import MNIST
import Support
import Testing

/// The folder with the real data: `LOCKSTEP_MNIST`, or where `scripts/fetch-mnist` puts it.
private let mnist =
  ProcessInfo.processInfo.environment["LOCKSTEP_MNIST"] ?? Dataset.defaultDirectory

private let isThere = ["train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"].contains {
  FileManager.default.fileExists(atPath: "\(mnist)/\($0)")
}

/// The default model on MNIST: the same training on any number of ranks.
@Suite(.enabled(if: isThere, "MNIST is not in \(mnist): run scripts/fetch-mnist"))
struct RealDataTests {
  private static let ranks = [1, 2, 3, 4]

  /// Ranks that share memory agree to the bit. Between teams partial sums are added, in an order
  /// that depends on their number: 1e-8 apart, until some rectifier somewhere switches on a last bit.
  @Test(
    "1, 2, 3 and 4 ranks agree on the losses of 150 steps",
    arguments: [("node", 0), ("rank", 1e-4)])
  func steps(teams: String, tolerance: Double) throws {
    let folder = try TemporaryFolder()
    let losses = try Self.ranks.map { ranks in
      let run = folder.url.appendingPathComponent("run-\(ranks)").path
      let words = [
        "train", "--data", mnist, "--run", run, "--max-steps", "150", "--log-every", "1",
        "--teams", teams, "--seed", "3",
      ]
      let job = Job(words, .ranks(ranks))
      let outcome = try job.command.run(seconds: 200)
      #expect(outcome.status == 0, "\(outcome.reported)")
      return try RunContents(run).rows().compactMap(\.loss)
    }
    #expect(losses[0].count == 150)
    // log 2 × 784 at the beginning; PyTorch is near 190 nats after 150 such steps.
    #expect(abs(losses[0][0] - 543.4) < 10)
    #expect(losses[0][149] < 220)
    for other in losses[1...] { expectClose(other, losses[0], tolerance) }
  }

  /// The first 1,280 images and the first 256 test images are the epoch, so that a debug build is
  /// done with it in seconds.
  @Test(
    "1, 2, 3 and 4 ranks agree on the mean losses of an epoch",
    arguments: [("node", 0), ("rank", 1e-4)])
  func epoch(teams: String, tolerance: Double) throws {
    let folder = try TemporaryFolder()
    let data = folder.url.appendingPathComponent("data")
    try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
    for (split, name, count) in [(Dataset.Split.train, "train", 1280), (.test, "t10k", 256)] {
      let all = try Dataset.load(directory: mnist, split: split)
      try SmallData.write(
        images: Array(all.images.prefix(count * all.pixelCount)),
        labels: Array(all.labels.prefix(count)), rows: all.rows, columns: all.columns,
        to: data, named: name)
    }
    let losses = try Self.ranks.map { ranks in
      let run = folder.url.appendingPathComponent("run-\(ranks)").path
      try Job(
        ["train", "--data", data.path, "--run", run, "--epochs", "1", "--teams", teams],
        .ranks(ranks)
      ).succeed()
      let row = try #require(try RunContents(run).rows().last)
      #expect((row.kind, row.step, row.ranks) == ("epoch", 10, ranks))
      return [row.trainLoss, row.testLoss, row.reconstruction, row.kl].map { $0 ?? .nan }
    }
    for other in losses[1...] { expectClose(other, losses[0], tolerance) }
  }
}
