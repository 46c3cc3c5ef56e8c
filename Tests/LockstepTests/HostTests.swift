import Foundation
import Kernels
import Support
import Testing

/// Training on several hosts, which this machine pretends to be.
@Suite(.enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
struct HostTests {
  private static let hosts = [
    [1, 1], [2, 2], [2, 1], [1, 1, 1], [2, 2, 2], [1, 2, 1], [1, 1, 1, 1], [2, 2, 2, 2],
  ]

  @Test("hosts that gather end with the bits of one process", arguments: hosts)
  func allGather(hosts: [Int]) throws {
    try allGather(RunFolder.trained(), hosts, .fp32)
  }

  /// Other bytes are gathered then, in the same way.
  @Test(
    "hosts that gather in bf16 do, too",
    .enabled(if: Precision.bf16.isAvailable, "this processor has no AVX-512 BF16"),
    arguments: [[1, 1], [1, 2, 1], [2, 2, 2]])
  func allGatherBF16(hosts: [Int]) throws {
    let folder = try RunFolder()
    try Job(folder.trainWords() + ["--epochs", "2", "--precision", "bf16"]).succeed()
    try allGather(folder, hosts, .bf16)
  }

  /// Trains on hosts what one process has trained in `folder`, for two epochs.
  private func allGather(_ folder: RunFolder, _ hosts: [Int], _ precision: Precision) throws {
    let other = folder.path("other")
    let words = ["--epochs", "2", "--precision", precision.rawValue, "--exchange", "all-gather"]
    try Job(folder.trainWords(run: other) + words, .hosts(hosts)).succeed()
    try expectSameBits(other, folder.run, ranks: hosts.reduce(0, +))
  }

  /// Batches and layers that no number of ranks divides, and images that are many times as many.
  @Test("uneven sizes, threads and tiles", arguments: [[1, 1], [2, 1], [1, 3, 1]])
  func uneven(hosts: [Int]) throws {
    let folder = try RunFolder(SmallData(train: 601, test: 33, rows: 11, columns: 7))
    let words = ["--epochs", "2", "--hidden", "33", "--latent", "7", "--batch-size", "130"]
    let other = folder.path("other")
    try Job(folder.trainWords() + words).succeed()
    try Job(
      folder.trainWords(run: other) + words + [
        "--exchange", "all-gather", "--threads-per-rank", "2",
      ],
      .hosts(hosts)
    ).succeed()
    try expectSameBits(other, folder.run, ranks: hosts.reduce(0, +))
  }

  @Test(
    "hosts that add gradients up agree with one process to rounding",
    arguments: [[1, 1], [2, 1], [2, 2, 2], [1, 1, 1, 1]])
  func allReduce(hosts: [Int]) throws {
    let folder = try RunFolder.trained()
    let other = folder.path("other")
    try folder.train(
      "--epochs", "2", "--exchange", "all-reduce", on: .hosts(hosts), run: other
    ).succeed()
    let rows = try [other, folder.run].map { try RunContents($0).rows() }
    #expect(rows[0].map(\.step) == rows[1].map(\.step))
    #expect(rows[0].compactMap(\.ranks) == [Int](repeating: hosts.reduce(0, +), count: 2))
    expectClose(
      rows[0].flatMap { [$0.reconstruction, $0.kl] },
      rows[1].flatMap { [$0.reconstruction, $0.kl] }, 1e-4)
  }

  /// Rounded gradients lead elsewhere, but not far, and all hosts to the same place: replicas are
  /// compared at each epoch's end.
  @Test(
    "gradients may travel in bf16",
    arguments: [([1, 1], 1), ([1, 1], 2), ([2, 1], 2), ([2, 2, 2], 1)])
  func wire(hosts: [Int], threads: Int) throws {
    let folder = try RunFolder.trained()
    let other = folder.path("other")
    let threads = ["--threads-per-rank", "\(threads)"]
    try Job(
      folder.trainWords(run: other) + ["--epochs", "2", "--wire", "bf16"] + threads, .hosts(hosts)
    ).succeed()
    let rows = try [other, folder.run].map { try RunContents($0).rows() }
    #expect(rows[0].map(\.step) == rows[1].map(\.step))
    let figures = rows.map { $0.flatMap { [$0.reconstruction, $0.kl] } }
    expectClose(figures[0], figures[1], 1e-2)
    #expect(figures[0] != figures[1])
    #expect(try RunContents(other).text("config.yaml").contains("wire: bf16\n"))
    // A run goes on with the wire that it has, and never with one that makes no sense.
    try Job(folder.trainWords(run: other) + ["--epochs", "3", "--exchange", "all-gather"])
      .fail(64, "--wire bf16 rounds gradients, and --exchange all-gather")
  }

  /// From hosts to one process, and from there to other hosts.
  @Test("a run that is stopped goes on anywhere", arguments: [[2, 1], [1, 1, 1]])
  func stop(hosts: [Int]) throws {
    let folder = try RunFolder()
    let other = folder.path("other")
    let words = ["--epochs", "100000", "--exchange", "all-gather"]
    let outcome = try Job(folder.trainWords(run: other) + words, .hosts(hosts))
      .signalled(after: "step", 5, in: other)
    #expect(outcome.status == 75, "\(outcome.reported)")
    let first = try #require(try RunContents(other).steps("step").last)
    #expect(first >= 5 && first < 400_000)
    for (steps, launch) in [(first + 3, Launch.alone), (first + 9, .hosts([1, 2]))] {
      try Job(folder.trainWords(run: other) + words + ["--max-steps", "\(steps)"], launch).succeed()
    }
    try Job(folder.trainWords() + words + ["--max-steps", "\(first + 9)"]).succeed()
    try expectSameRun(other, folder.run, anyRanks: true)
  }

  /// Expects the same run on any ranks, and that its epochs were trained on `ranks`.
  private func expectSameBits(
    _ one: String, _ other: String, ranks: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expectSameRun(one, other, anyRanks: true, sourceLocation: sourceLocation)
    let told = try RunContents(one).rows().filter { $0.kind == "epoch" }.map(\.ranks)
    #expect(
      !told.isEmpty && told.allSatisfy { $0 == ranks }, "\(told)", sourceLocation: sourceLocation)
  }
}
