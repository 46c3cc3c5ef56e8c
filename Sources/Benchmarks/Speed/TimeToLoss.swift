internal import FoundationEssentials

/// How long training took until the test loss was good.
struct TimeToLoss: Codable {
  /// The program that trained.
  var name: String

  /// The loss to reach, in nats: what PyTorch's public example reaches in ten epochs.
  static let target = 105.6

  /// Seconds of training up to the end of the epoch that reached the loss, without evaluations; nil
  /// where no epoch reached it.
  var seconds: Double?

  /// Epochs trained.
  var epochs: Int

  /// The last epoch's test loss, in nats.
  var testLoss: Double

  /// The members of a row of `metrics.jsonl` that are needed here.
  private struct Row: Decodable {
    var kind: String
    var epoch: Int?
    var testLoss: Double?
    var seconds: Double?
  }

  /// Reads the text of a run's `metrics.jsonl`; nil where it has no row of an epoch.
  init?(name: String, metrics: String) {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let rows = metrics.split(separator: "\n").compactMap {
      try? decoder.decode(Row.self, from: Data($0.utf8))
    }.filter { $0.kind == "epoch" }
    let reached = rows.firstIndex { ($0.testLoss ?? .infinity) <= Self.target }
    let used = reached.map { rows[...$0] } ?? rows[...]
    guard let last = used.last, let epochs = last.epoch, let loss = last.testLoss else {
      return nil
    }
    self.name = name
    seconds = reached == nil ? nil : used.reduce(0) { $0 + ($1.seconds ?? 0) }
    self.epochs = epochs
    testLoss = loss
  }
}

extension TimeToLoss {
  /// Takes a peer's answer; nil where the answer does not tell how far training came.
  init?(name: String, _ answer: PeerBench.Answer) {
    guard let epochs = answer.epochs, let testLoss = answer.testLoss else { return nil }
    self.name = name
    seconds = answer.reached
    self.epochs = epochs
    self.testLoss = testLoss
  }
}
