internal import Artifacts
internal import FoundationEssentials
internal import Synchronization

/// A row of `metrics.jsonl` about one step.
public struct StepRow: Encodable, Sendable {
  let kind = "step"
  /// Epochs begun.
  public let epoch: Int
  /// Steps taken.
  public let step: Int
  /// The batch's mean loss in nats: ``reconstruction`` + ``kl``.
  public let loss: Double
  /// The batch's mean cross-entropy of the pixels in nats.
  public let reconstruction: Double
  /// The batch's mean Kullback–Leibler divergence in nats.
  public let kl: Double
  /// The Euclidean norm of the gradient of ``loss``, with which the step was taken; nil where the
  /// square of one of its elements is more than a float can hold.
  public let gradientNorm: Double?

  enum CodingKeys: String, CodingKey {
    case kind, epoch, step, loss, reconstruction, kl
    case gradientNorm = "gradient_norm"
  }
}

/// A row of `metrics.jsonl` about one epoch.
public struct EpochRow: Encodable, Sendable {
  let kind = "epoch"
  /// Epochs completed.
  public let epoch: Int
  /// Steps taken.
  public let step: Int
  /// The mean loss of the epoch's images as they were trained on, in nats.
  public let trainLoss: Double
  /// The mean loss of the test images after the epoch, in nats; nil, as its parts, where there are
  /// none.
  public let testLoss: Double?
  /// The part of ``testLoss`` that is cross-entropy of the pixels.
  public let reconstruction: Double?
  /// The part of ``testLoss`` that is Kullback–Leibler divergence.
  public let kl: Double?
  /// Images trained on each second, over all ranks, since the epoch began or was resumed.
  public let imagesPerSecond: Double
  /// The seconds that this training took.
  public let seconds: Double
  /// The number of ranks.
  public let ranks: Int
  /// The part of ``trainLoss`` that is cross-entropy of the pixels.
  public let trainReconstruction: Double
  /// The part of ``trainLoss`` that is Kullback–Leibler divergence.
  public let trainKL: Double
  /// Of ``seconds``, what each rank waited for others in steps.
  public let waitingSeconds: [Double]

  enum CodingKeys: String, CodingKey {
    case kind, epoch, step
    case trainLoss = "train_loss"
    case testLoss = "test_loss"
    case reconstruction, kl
    case imagesPerSecond = "images_per_second"
    case seconds, ranks
    case trainReconstruction = "train_reconstruction"
    case trainKL = "train_kl"
    case waitingSeconds = "waiting_seconds"
  }
}

/// `metrics.jsonl`, one JSON object a line. Rank zero's alone.
final class MetricsLog: Sendable {
  /// Its name in a run directory.
  static let name = "metrics.jsonl"

  private let file: AppendedFile

  private let encoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()

  /// Lines that the system has refused so far. They are tried again before any later one.
  private let refused: Mutex<[String]>

  /// Opens the log of a run that goes on after `step` steps: later rows are dropped, since they
  /// will come again; those in `refused`, which a former job could not write, come first.
  init(in directory: String, after step: Int, refused: [String] = []) throws {
    let path = "\(directory)/\(Self.name)"
    var refused = refused
    if FileSystem.isRegularFile(path) {
      let old = try FileSystem.read(path)
      let rows = old.split(separator: "\n")
      let kept = rows.filter { Self.step(ofRow: $0).map { $0 <= step } ?? false }
      // They may have been written after all, later than the checkpoint that tells of them.
      refused.removeAll { line in kept.contains { "\($0)\n" == line } }
      // A row that a full disk cut short, even by its line's end alone, must not swallow the next.
      if kept.count < rows.count || !(old.isEmpty || old.hasSuffix("\n")) {
        let text = kept.map { "\($0)\n" }.joined()
        try OutputFile.replace(path) { try $0.write([UInt8](text.utf8)) }
      }
    }
    self.refused = Mutex(refused)
    file = try AppendedFile(path)
    try self.refused.withLock { try write(&$0) }
  }

  /// The lines that are still to be written: a checkpoint must know of them.
  var refusedLines: [String] { refused.withLock { $0 } }

  /// Appends one row, whole or not at all, after those that could not be written before.
  ///
  /// - Throws: `Failure` with `inputOutput` where the system refuses; the row is kept.
  func append(_ row: some Encodable) throws {
    let line = String(decoding: try encoder.encode(row), as: UTF8.self) + "\n"
    try refused.withLock { lines in
      lines.append(line)
      try write(&lines)
    }
  }

  /// Brings all rows to the disk: `fsync`. May be called on any thread.
  ///
  /// - Throws: `Failure` with `inputOutput` where the system refuses.
  func synchronize() throws {
    try refused.withLock { try write(&$0) }
    try file.synchronize()
  }

  /// Writes `lines`, each whole or not at all, and leaves those that are refused.
  private func write(_ lines: inout [String]) throws {
    while let line = lines.first {
      try file.append(line.utf8)
      lines.removeFirst()
    }
  }

  private static func step(ofRow row: Substring) -> Int? {
    struct Row: Decodable { let step: Int }
    return (try? JSONDecoder().decode(Row.self, from: Data(row.utf8)))?.step
  }
}
