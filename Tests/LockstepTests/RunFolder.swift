import Foundation
import Support
import Testing

/// A folder with small data and a run directory, which the commands of one test share.
struct RunFolder {
  let folder: TemporaryFolder
  let data: String
  let run: String

  /// New data and no run yet.
  init(_ sizes: SmallData = SmallData()) throws {
    folder = try TemporaryFolder()
    data = try sizes.write(to: folder.url.appendingPathComponent("data"))
    run = folder.url.appendingPathComponent("run").path
  }

  /// Data and a run of two epochs of four steps each, checkpoints at steps 4 and 8.
  static func trained() throws -> RunFolder {
    let (copy, original) = (try RunFolder(), try finished.get())
    try FileManager.default.copyItem(atPath: original.run, toPath: copy.run)
    // The copy's data are its own.
    for name in ["config.yaml", "report.html"] {
      let text = try copy.contents.text(name).replacing(original.data, with: copy.data)
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(copy.run)/\(name)"))
    }
    return copy
  }

  /// What ``trained()`` gives copies of; it lives as long as the process.
  private static let finished: Result<RunFolder, any Error> = Result {
    let folder = try RunFolder()
    try folder.train("--epochs", "2").succeed()
    atexit { try? FileManager.default.removeItem(at: RunFolder.finished.get().folder.url) }
    return folder
  }

  /// The path of something in the folder.
  func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  /// `lockstep train` of a small model.
  func train(
    _ words: String..., on launch: Launch = .alone, run: String? = nil,
    environment: [String: String] = [:]
  ) -> Job {
    Job(trainWords(run: run) + words, launch, environment: environment)
  }

  /// The words of ``train(_:on:run:environment:)`` without those that a test adds.
  func trainWords(run: String? = nil) -> [String] {
    [
      "train", "--data", data, "--run", run ?? self.run, "--hidden", "16", "--latent", "4",
      "--batch-size", "50", "--log-every", "1",
    ]
  }
}

/// What a run directory holds, read as other tools would.
struct RunContents {
  let path: String

  init(_ path: String) { self.path = path }

  /// A row of `metrics.jsonl`.
  struct Row: Decodable, Equatable {
    var kind: String
    var epoch: Int
    var step: Int
    var loss: Double?
    var trainLoss: Double?
    var testLoss: Double?
    var reconstruction: Double
    var kl: Double
    var imagesPerSecond: Double?
    var seconds: Double?
    var ranks: Int?
    var trainReconstruction: Double?
    var trainKl: Double?
    var waitingSeconds: [Double]?
    var gradientNorm: Double?
    var klWeight: Double?
    var learningRate: Double?
    var validationLoss: Double?
    var validationReconstruction: Double?
  }

  /// All rows, in order.
  func rows() throws -> [Row] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try text("metrics.jsonl").split(separator: "\n").map {
      try decoder.decode(Row.self, from: Data($0.utf8))
    }
  }

  /// The steps of the rows of a kind.
  func steps(_ kind: String) throws -> [Int] { try rows().filter { $0.kind == kind }.map(\.step) }

  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  /// The bytes of the newest checkpoint's parameters.
  func model() throws -> Data { try bytes("latest/model.safetensors") }

  /// Where `latest` leads.
  func latest() throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "\(path)/latest")
  }

  /// The names of everything in it, sorted.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  /// The digest that coreutils' `sha256sum` prints of a checkpoint's model.
  func digest(_ checkpoint: String = "latest") throws -> String {
    let outcome = try Command(["sha256sum", "\(path)/\(checkpoint)/model.safetensors"]).run()
    return String(outcome.output.prefix(64))
  }

  /// Whether coreutils' `sha256sum` finds a checkpoint to be what its list says.
  func isWhole(_ checkpoint: String) throws -> Bool {
    try Command(["sha256sum", "--check", "--strict", "SHA256SUMS"])
      .run(in: URL(fileURLWithPath: "\(path)/\(checkpoint)")).status == 0
  }
}

extension RunFolder {
  /// What the run directory holds.
  var contents: RunContents { RunContents(run) }
}
