internal import FoundationEssentials
internal import Yams

/// What a run directory tells of its run, for those who read it: rank zero's alone.
///
/// Rows and pictures that make no sense are passed over. A record is no reason to fail.
struct RunRecord {
  /// A row of `metrics.jsonl` about an epoch; see ``EpochRow``. Earlier versions wrote fewer
  /// numbers, and a run without test images does.
  struct Epoch: Decodable {
    var epoch: Int
    var step: Int
    var trainLoss: Double
    var testLoss: Double?
    var reconstruction: Double?
    var kl: Double?
    var imagesPerSecond: Double
    var seconds: Double
    var ranks: Int
    var trainReconstruction: Double?
    var trainKL: Double?
    var waitingSeconds: [Double]?

    enum CodingKeys: String, CodingKey {
      case epoch, step
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

  /// A row about a step; see ``StepRow``.
  struct Step: Decodable {
    var step: Int
    var loss: Double
    var reconstruction: Double
    var kl: Double
  }

  /// The run's directory.
  let path: String
  /// Its configuration, a flag a pair.
  let configuration: [(name: String, value: String)]
  /// All rows about epochs.
  let epochs: [Epoch]
  /// All rows about steps; none where two epochs or more tell the same better.
  let steps: [Step]
  /// What it last ran on.
  let environment: RunEnvironment?

  /// The directory's name.
  var name: String {
    let real = FileSystem.resolved(path)
    return real.lastIndex(of: "/").map { String(real[real.index(after: $0)...]) } ?? real
  }

  /// Whether a run, or what is left of one, is at `path`.
  static func isRun(_ path: String) -> Bool {
    FileSystem.isRegularFile("\(path)/\(RunPlan.name)")
      || FileSystem.isRegularFile("\(path)/\(MetricsLog.name)")
  }

  /// Reads the run directory at `path`.
  init(_ path: String) {
    self.path = path
    configuration = Self.pairs(of: "\(path)/\(RunPlan.name)")
    let rows = Self.lines(of: "\(path)/\(MetricsLog.name)")
    epochs = Self.decode(rows, kind: "epoch")
    steps = epochs.count > 1 ? [] : Self.decode(rows, kind: "step")
    environment = RunEnvironment(inRun: path)
  }

  /// Whether anything was drawn after an epoch.
  func hasPicture(of epoch: Int) -> Bool {
    ["samples", "reconstructions"].contains {
      FileSystem.isRegularFile("\(path)/\($0)/\(Self.pictureName(epoch))")
    }
  }

  /// The picture of an epoch in `folder`, as its file's bytes.
  func picture(_ folder: String, epoch: Int) -> [UInt8]? {
    let path = "\(path)/\(folder)/\(Self.pictureName(epoch))"
    guard FileSystem.isRegularFile(path) else { return nil }
    return try? FileSystem.readBytes(path)
  }

  /// What the pictures drawn after an epoch are called.
  static func pictureName(_ epoch: Int) -> String {
    let digits = String(epoch)
    return "epoch-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + ".png"
  }

  private static func lines(of path: String) -> [Substring] {
    text(of: path).split(separator: "\n")
  }

  /// The names and values of a YAML file, without quotes and escapes; none where it is no such
  /// file.
  private static func pairs(of path: String) -> [(name: String, value: String)] {
    guard let node = try? Yams.compose(yaml: text(of: path)), let entries = node.mapping else {
      return []
    }
    return entries.compactMap { key, value in
      guard let name = key.string, let value = value.string else { return nil }
      return (name, value)
    }
  }

  private static func text(of path: String) -> String {
    guard FileSystem.isRegularFile(path), let text = try? FileSystem.read(path) else { return "" }
    return text
  }

  /// The rows of a kind. There may be many of the other, which need not be decoded.
  private static func decode<Row: Decodable>(_ lines: [Substring], kind: String) -> [Row] {
    let mark = "\"kind\":\"\(kind)\""
    return lines.filter { $0.contains(mark) }.compactMap {
      try? JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }
}
