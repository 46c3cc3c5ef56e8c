package import Foundation
internal import Testing

/// A folder with small data and a run directory, which the commands of one test share.
package struct RunFolder {
  package let folder: TemporaryFolder
  package let data: String
  package let run: String

  /// New data and no run yet.
  package init(_ sizes: SmallData = SmallData()) throws {
    folder = try TemporaryFolder()
    data = try sizes.write(to: folder.url.appendingPathComponent("data"))
    run = folder.url.appendingPathComponent("run").path
  }

  /// Data and a run of two epochs of four steps each, checkpoints at steps 4 and 8.
  package static func trained() throws -> RunFolder {
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
  package func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  /// `lockstep train` of a small model.
  package func train(
    _ words: String..., on launch: Launch = .alone, run: String? = nil,
    environment: [String: String] = [:]
  ) -> Job {
    Job(trainWords(run: run) + words, launch, environment: environment)
  }

  /// The words of ``train(_:on:run:environment:)`` without those that a test adds.
  package func trainWords(run: String? = nil) -> [String] {
    [
      "train", "--data", data, "--run", run ?? self.run, "--hidden", "16", "--latent", "4",
      "--batch-size", "50", "--log-every", "1",
    ]
  }
}

/// What a run directory holds, read as other tools would.
package struct RunContents {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// A row of `metrics.jsonl`.
  package struct Row: Decodable, Equatable {
    package var kind: String
    package var epoch: Int
    package var step: Int
    package var loss: Double?
    package var trainLoss: Double?
    package var testLoss: Double?
    package var reconstruction: Double
    package var kl: Double
    package var imagesPerSecond: Double?
    package var seconds: Double?
    package var ranks: Int?
    package var trainReconstruction: Double?
    package var trainKl: Double?
    package var waitingSeconds: [Double]?
    package var gradientNorm: Double?
    package var klWeight: Double?
    package var learningRate: Double?
    package var validationLoss: Double?
    package var validationReconstruction: Double?
  }

  /// All rows, in order.
  package func rows() throws -> [Row] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try text("metrics.jsonl").split(separator: "\n").map {
      try decoder.decode(Row.self, from: Data($0.utf8))
    }
  }

  /// The steps of the rows of a kind.
  package func steps(_ kind: String) throws -> [Int] {
    try rows().filter { $0.kind == kind }.map(\.step)
  }

  package func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  package func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }

  /// The bytes of the newest checkpoint's parameters.
  package func model() throws -> Data { try bytes("latest/model.safetensors") }

  /// Where `latest` leads.
  package func latest() throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "\(path)/latest")
  }

  /// The names of everything in it, sorted.
  package func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  /// The digest that coreutils' `sha256sum` prints of a checkpoint's model.
  package func digest(_ checkpoint: String = "latest") throws -> String {
    let outcome = try Command(["sha256sum", "\(path)/\(checkpoint)/model.safetensors"]).run()
    return String(outcome.output.prefix(64))
  }

  /// Whether coreutils' `sha256sum` finds a checkpoint to be what its list says.
  package func isWhole(_ checkpoint: String) throws -> Bool {
    try Command(["sha256sum", "--check", "--strict", "SHA256SUMS"])
      .run(in: URL(fileURLWithPath: "\(path)/\(checkpoint)")).status == 0
  }
}

extension RunFolder {
  /// What the run directory holds.
  package var contents: RunContents { RunContents(run) }
}
