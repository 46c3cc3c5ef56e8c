internal import Artifacts
internal import FoundationEssentials
internal import Glibc
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
  /// The mean loss of the test images after the epoch, in nats.
  public let testLoss: Double
  /// The part of ``testLoss`` that is cross-entropy of the pixels.
  public let reconstruction: Double
  /// The part of ``testLoss`` that is Kullback–Leibler divergence.
  public let kl: Double
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

  private let path: String
  private let descriptor: CInt

  /// Lines that the system has refused so far. They are tried again before any later one.
  private let refused: Mutex<[String]>

  /// Opens the log of a run that goes on after `step` steps: later rows are dropped, since they will
  /// come again; those in `refused`, which a former job could not write, come first.
  init(in directory: String, after step: Int, refused: [String] = []) throws {
    path = "\(directory)/\(Self.name)"
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
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    try self.refused.withLock { try write(&$0) }
  }

  deinit { close(descriptor) }

  /// The lines that are still to be written: a checkpoint must know of them.
  var refusedLines: [String] { refused.withLock { $0 } }

  /// Appends one row, whole or not at all, after those that could not be written before.
  ///
  /// - Throws: `Failure` with `inputOutput` where the system refuses; the row is kept.
  func append(_ row: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
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
    // What is no file has nothing to wait for.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw failure() }
  }

  /// Writes `lines`, each whole or not at all, and leaves those that are refused.
  private func write(_ lines: inout [String]) throws {
    while let line = lines.first {
      try write(line)
      lines.removeFirst()
    }
  }

  private func write(_ line: String) throws {
    let end = lseek(descriptor, 0, SEEK_END)
    var rest = Array(line.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let failure = failure()
        // Half a row would make the next one unreadable; what is no file cannot be cut.
        if end >= 0 { _ = ftruncate(descriptor, end) }
        throw failure
      }
      rest = rest.dropFirst(count)
    }
  }

  private func failure() -> Failure {
    Failure(
      .inputOutput,
      "\(path): cannot write to it: \(String(cString: strerror(errno))); check its permissions and "
        + "the disk's space")
  }

  private static func step(ofRow row: Substring) -> Int? {
    struct Row: Decodable { let step: Int }
    return (try? JSONDecoder().decode(Row.self, from: Data(row.utf8)))?.step
  }
}
