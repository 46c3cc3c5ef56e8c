import Engine
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

  /// Batches of five parts of the tree in whose order positions are added, the last of an epoch of four.
  private static let data = SmallData(train: 800)
  private static let words = ["--batch-size", "300", "--epochs", "2"]

  @Test(
    "hosts end with the bits of one process, whatever they exchange", arguments: hosts,
    [ExchangeMode.allReduce, .allGather])
  func sameBits(hosts: [Int], exchange: ExchangeMode) throws {
    try sameBits(hosts, ["--exchange", exchange.rawValue])
  }

  /// Other bytes are gathered in bf16, and the decoder's sums are over several rows of a sample.
  @Test(
    "they do in bf16, and with several draws of a sample, too", arguments: [[1, 1], [1, 2, 1]],
    [ExchangeMode.allReduce, .allGather])
  func variants(hosts: [Int], exchange: ExchangeMode) throws {
    let words = ["--exchange", exchange.rawValue]
    if Precision.bf16.isAvailable { try sameBits(hosts, ["--precision", "bf16"] + words) }
    try sameBits(
      hosts, ["--objective", "iwae", "--importance-samples", "5", "--pixels", "static"] + words)
  }

  private func sameBits(_ hosts: [Int], _ words: [String]) throws {
    let folder = try RunFolder(Self.data)
    let other = folder.path("other")
    try Job(folder.trainWords() + Self.words + words).succeed()
    try Job(folder.trainWords(run: other) + Self.words + words, .hosts(hosts)).succeed()
    try expectSameBits(other, folder.run, ranks: hosts.reduce(0, +))
  }

  /// Both exchanges send about as many bytes then.
  @Test(
    "without a flag hosts find the faster exchange while they train, and say which it is",
    arguments: [[1, 1], [2, 1], [1, 1, 1]])
  func trial(hosts: [Int]) throws {
    let folder = try RunFolder(SmallData(train: 1600, rows: 28, columns: 28))
    let other = folder.path("other")
    let words = ["--batch-size", "200", "--epochs", "16", "--hidden", "100"]
    try Job(folder.trainWords() + words).succeed()
    let outcome = try Job(folder.trainWords(run: other) + words, .hosts(hosts)).succeed()
    let lines = outcome.output.split(separator: "\n").filter { $0.hasPrefix("exchange all-") }
    #expect(lines.count == 1, "\(outcome.reported)")
    // exchange all-gather: 1.23 ms a step with all-gather, 2.34 with all-reduce in 4 buckets, …
    let line = try #require(lines.first)
    #expect(
      outcome.output.contains("\nexchanges tried in the first steps: all-"), "\(outcome.reported)")
    let times = line.split(separator: " ").compactMap { Double($0) }.filter { $0 != 4 && $0 != 12 }
    #expect(times.count == 3 && times == times.sorted(), "\(line)")
    let mode = line.split { " :".contains($0) }[1]
    #expect(line.contains("ms a step with \(mode)"), "\(line)")
    try expectSameBits(other, folder.run, ranks: hosts.reduce(0, +))
  }

  /// What of the JSON is looked at here.
  private struct ExchangeRow: Decodable {
    struct Trial: Decodable {
      var exchange: String
      var buckets: Int?
      var uneven: Bool?
      var seconds: Double
    }
    var exchange: String
    var buckets: Int?
    var tried: [Trial]
  }

  /// Of five parts of the tree three hosts have 2, 1 and 2, or 0, 4 and 1: both are tried.
  @Test("programs are told what was tried, and how long it took")
  func json() throws {
    let folder = try RunFolder(SmallData(train: 1600, rows: 28, columns: 28))
    let words = [
      "--batch-size", "300", "--epochs", "26", "--hidden", "100", "--log-format", "json",
    ]
    let outcome = try Job(folder.trainWords() + words, .hosts([1, 1, 1])).succeed()
    let lines = outcome.output.split(separator: "\n").filter { $0.contains(#""kind":"exchange""#) }
    #expect(lines.count == 1, "\(lines)")
    let row = try JSONDecoder().decode(ExchangeRow.self, from: Data(try #require(lines.first).utf8))
    #expect(row.tried.map(\.seconds) == row.tried.map(\.seconds).sorted())
    #expect(row.tried.first?.exchange == row.exchange && row.tried.first?.buckets == row.buckets)
    let tried = row.tried.map { "\($0.exchange) \($0.buckets ?? 0) \($0.uneven ?? false)" }
    #expect(
      tried.sorted() == [
        "all-gather 0 false", "all-reduce 12 false", "all-reduce 12 true", "all-reduce 4 false",
        "all-reduce 4 true",
      ])
  }

  @Test("without a trial hosts say why they exchange as they do")
  func reason() throws {
    let folder = try RunFolder()
    let words = ["--epochs", "1", "--batch-size", "128", "--hidden", "8"]
    let outcome = try Job(folder.trainWords() + words, .hosts([1, 1])).succeed()
    let reason = /\nexchange all-reduce: all-gather would send [\d.]+ times as many bytes\n/
    #expect(outcome.output.contains(reason), "\(outcome.reported)")
  }

  /// Batches and layers that no number of ranks divides, and images that are many times as many.
  @Test("uneven sizes, threads and tiles", arguments: [[1, 1], [2, 1], [1, 3, 1]])
  func uneven(hosts: [Int]) throws {
    let folder = try RunFolder(SmallData(train: 601, test: 33, rows: 11, columns: 7))
    let words = ["--epochs", "2", "--hidden", "33", "--latent", "7", "--batch-size", "130"]
    let other = folder.path("other")
    try Job(folder.trainWords() + words).succeed()
    try Job(
      folder.trainWords(run: other) + words + ["--threads-per-rank", "2"], .hosts(hosts)
    ).succeed()
    try expectSameBits(other, folder.run, ranks: hosts.reduce(0, +))
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

  /// More steps than a trial takes: which host rounds what must not depend on the fastest exchange.
  @Test("gradients in bf16 give the same bits each time")
  func again() throws {
    let folder = try RunFolder(Self.data)
    let other = folder.path("other")
    let words = ["--batch-size", "300", "--epochs", "20", "--wire", "bf16"]
    for run in [folder.run, other] {
      try Job(folder.trainWords(run: run) + words, .hosts([1, 1])).succeed()
    }
    try expectSameBits(other, folder.run, ranks: 2)
  }

  /// From hosts to one process, and from there to other hosts, which exchange in another way.
  @Test("a run that is stopped goes on anywhere", arguments: [[2, 1], [1, 1, 1]])
  func stop(hosts: [Int]) throws {
    let folder = try RunFolder(Self.data)
    let other = folder.path("other")
    let words = ["--batch-size", "300", "--epochs", "100000"]
    let outcome = try Job(folder.trainWords(run: other) + words, .hosts(hosts))
      .signalled(after: "step", 5, in: other)
    #expect(outcome.status == 75, "\(outcome.reported)")
    let first = try #require(try RunContents(other).steps("step").last)
    #expect(first >= 5 && first < 300_000)
    let launches: [(Int, Launch, [String])] = [
      (first + 3, .alone, []), (first + 5, .hosts([1, 2]), ["--exchange", "all-gather"]),
      (first + 9, .hosts([1, 1]), ["--exchange", "all-reduce"]),
    ]
    for (steps, launch, exchange) in launches {
      try Job(
        folder.trainWords(run: other) + words + exchange + ["--max-steps", "\(steps)"], launch
      ).succeed()
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
