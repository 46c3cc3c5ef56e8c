import Foundation
import Images
import Kernels
import Support
import Testing

/// The default model on MNIST: the same training on any number of ranks.
///
/// Ranks that share memory agree to the bit. Between teams partial sums are added, in an order that
/// depends on their number: 1e-8 apart, until somewhere a rectifier switches on a last bit, which
/// moves the loss of a batch by a few 1e-4 at most and hardly that of many.
@Suite(.enabled(if: RealData.isThere, RealData.advice)) struct RealDataTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("1, 2, 3 and 4 ranks agree on the losses of 150 steps")
  func steps() throws {
    let one = try steps(ranks: 1, teams: "node")
    #expect(one.count == 150)
    // Near log 2 × 784 at the beginning; PyTorch is near 190 nats after 150 such steps.
    #expect(abs(one[0] - 543.4) < 10)
    #expect(one[149] < 220)
    for ranks in 2...4 {
      #expect(try steps(ranks: ranks, teams: "node") == one, "\(ranks) ranks")
    }
    let teams = try steps(ranks: 4, teams: "rank")
    expectClose(teams, one, 1e-3)
    expectClose([teams.reduce(0, +)], [one.reduce(0, +)], 1e-4)
  }

  /// The square of a gradient overflows long before a loss does, and from then on its weight would
  /// stand still for good.
  @Test("moments that are not finite are not saved", arguments: Launch.both)
  func moments(launch: Launch) throws {
    let words = ["--hidden", "16", "--latent", "4", "--batch-size", "50", "--max-steps", "3"]
    let run = folder.url.appendingPathComponent("run").path
    try Job(
      ["train", "--data", RealData.folder, "--run", run, "--learning-rate", "1e7"] + words, launch
    ).fail(70, "mean of squared gradients after step 3 is not finite", "nothing was saved")
    #expect(!FileManager.default.fileExists(atPath: "\(run)/latest"))
  }

  private func steps(ranks: Int, teams: String) throws -> [Double] {
    try train(ranks, teams, data: RealData.folder, ["--max-steps", "150", "--log-every", "1"])
      .compactMap(\.loss)
  }

  /// The first 1,280 images and the first 256 test images are the epoch, so that a debug build is
  /// done with it in seconds.
  @Test("1, 2, 3 and 4 ranks agree on the mean losses of an epoch")
  func epoch() throws {
    let data = try writeBeginning()
    let one = try epoch(ranks: 1, teams: "node", data)
    for ranks in 2...4 {
      #expect(try epoch(ranks: ranks, teams: "node", data) == one, "\(ranks) ranks")
      expectClose(try epoch(ranks: ranks, teams: "rank", data), one, 1e-4)
    }
  }

  private func epoch(ranks: Int, teams: String, _ data: String) throws -> [Double] {
    let row = try #require(try train(ranks, teams, data: data, ["--epochs", "1"]).last)
    #expect((row.kind, row.step, row.ranks) == ("epoch", 10, ranks))
    return [row.trainLoss, row.testLoss, row.reconstruction, row.kl].map { $0 ?? .nan }
  }

  private func train(
    _ ranks: Int, _ teams: String, data: String, _ words: [String]
  ) throws -> [RunContents.Row] {
    let run = folder.url.appendingPathComponent("run-\(ranks)-\(teams)").path
    try Job(
      ["train", "--data", data, "--run", run, "--teams", teams] + words, .ranks(ranks)
    ).succeed(seconds: 200)
    return try RunContents(run).rows()
  }

  private func writeBeginning() throws -> String {
    let data = folder.url.appendingPathComponent("data")
    try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
    for (split, name, count) in [(Dataset.Split.train, "train", 1280), (.test, "t10k", 256)] {
      let files = try DatasetFiles(directory: RealData.folder, split: split)
      let memory = Buffer<UInt8>(repeating: 0, count: files.shape.byteCount)
      let all = try files.read(into: memory.bytes)
      try SmallData.write(
        images: all.images[0..<count * all.pixelCount].elements,
        labels: all.labels[0..<count].elements, rows: all.rows, columns: all.columns,
        to: data, named: name)
      _ = memory.count  // Lives until here.
    }
    return data.path
  }
}
