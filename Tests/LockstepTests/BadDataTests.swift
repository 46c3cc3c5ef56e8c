import Foundation
import Support
import Testing

/// What is wrong with the data: one sentence, one code, no hang, and nothing changed in the run.
@Suite struct BadDataTests {
  /// A way to spoil a folder of data.
  struct Damage: Sendable, CustomTestStringConvertible {
    let name: String
    let code: Int32
    let sentence: String
    let spoil: @Sendable (_ folder: URL) throws -> Void

    init(
      _ name: String, _ code: Int32, _ sentence: String,
      spoil: @Sendable @escaping (_ folder: URL) throws -> Void
    ) {
      (self.name, self.code, self.sentence, self.spoil) = (name, code, sentence, spoil)
    }

    var testDescription: String { name }
  }

  private static let trainImages = "train-images-idx3-ubyte"
  private static let testImages = "t10k-images-idx3-ubyte"
  private static let trainLabels = "train-labels-idx1-ubyte"
  private static let testLabels = "t10k-labels-idx1-ubyte"

  private static let damages = [
    Damage("a missing file", 74, "there is no \(trainImages) (or .gz) here") {
      try FileManager.default.removeItem(at: $0.appendingPathComponent(trainImages))
    },
    Damage("a missing folder", 74, "there is no such folder") {
      try FileManager.default.removeItem(at: $0)
    },
    Damage("a directory for a file", 74, "there is no \(trainImages) (or .gz) here") { folder in
      let file = folder.appendingPathComponent(trainImages)
      try FileManager.default.removeItem(at: file)
      try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
    },
    Damage("a truncated file", 65, trainImages) { try edit($0, trainImages) { $0.removeLast() } },
    Damage("an empty file", 65, testImages) { try edit($0, testImages) { $0 = [] } },
    Damage("a file that goes on", 65, testLabels) { try edit($0, testLabels) { $0.append(0) } },
    Damage("another element type", 65, "byte 2: the elements are 32-bit floats") {
      try edit($0, trainImages) { $0[2] = 13 }
    },
    Damage("another number of dimensions", 65, "byte 3") {
      try edit($0, trainLabels) { $0[3] = 3 }
    },
    Damage("dimensions beyond the file", 65, "the header declares") {
      try edit($0, trainImages) { $0.replaceSubrange(4..<8, with: [255, 255, 255, 255]) }
    },
    Damage("no images", 65, "dimension 0 is zero") {
      try edit($0, testImages) { $0.replaceSubrange(4..<8, with: [0, 0, 0, 0]) }
    },
    Damage("fewer labels than images", 65, "there are 199 labels for the 200 images") {
      try edit($0, trainLabels) { bytes in
        bytes[7] = 199
        bytes.removeLast()
      }
    },
    Damage("a web page for a file", 65, "this is a web page") {
      try edit($0, trainImages) { $0 = Array("<html>".utf8) }
    },
    Damage("damaged gzip", 65, "\(trainImages).gz") { folder in
      try compress(folder, trainImages)
      try edit(folder, "\(trainImages).gz") { $0[$0.count / 2] ^= 0xff }
    },
    Damage("truncated gzip", 65, "\(testImages).gz") { folder in
      try compress(folder, testImages)
      try edit(folder, "\(testImages).gz") { $0.removeLast(9) }
    },
    Damage("test images of another size", 65, "training images are 8 × 8 pixels and test") {
      let other = $0.appendingPathComponent("other")
      try SmallData(rows: 6).write(to: other)
      for name in [testImages, testLabels] {
        try FileManager.default.removeItem(at: $0.appendingPathComponent(name))
        try FileManager.default.moveItem(
          at: other.appendingPathComponent(name), to: $0.appendingPathComponent(name))
      }
    },
  ]

  @Test("training on it", arguments: Launch.each(damages, onRanks: 0, 3, 10, 14))
  func train(damage: Damage, launch: Launch) throws {
    let folder = try RunFolder()
    try damage.spoil(URL(fileURLWithPath: folder.data))
    try folder.train(on: launch).fail(damage.code, damage.sentence, folder.data)
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }

  /// Not even `--resume none`, which moves files, may have touched the run by then.
  @Test(
    "going on with it leaves the run as it was",
    arguments: Launch.each([damages[0], damages[3]], onRanks: 1))
  func resume(damage: Damage, launch: Launch) throws {
    let folder = try RunFolder.trained()
    let names = try folder.contents.names()
    let files = try ["config.yaml", "metrics.jsonl"].map { try folder.contents.bytes($0) }
    try damage.spoil(URL(fileURLWithPath: folder.data))
    for resume in ["auto", "none", "\(folder.run)/step-00000004"] {
      try folder.train("--epochs", "3", "--resume", resume, on: launch)
        .fail(damage.code, damage.sentence)
      #expect(try folder.contents.names() == names)
      #expect(try ["config.yaml", "metrics.jsonl"].map { try folder.contents.bytes($0) } == files)
      #expect(try folder.contents.latest() == "step-00000008")
    }
  }

  @Test(
    "commands that use a checkpoint on it",
    arguments: Launch.each(
      [("evaluate", ""), ("reconstruct", ".png"), ("encode", ".npy")], onRanks: 0))
  func use(command: (name: String, suffix: String), launch: Launch) throws {
    let folder = try RunFolder.trained()
    let output = folder.path("output")
    try Self.damages[4].spoil(URL(fileURLWithPath: folder.data))
    let words = command.suffix.isEmpty ? [] : ["--output", output + command.suffix]
    try Job([command.name, folder.run, "--data", folder.data] + words, launch)
      .fail(65, "t10k-images-idx3-ubyte")
    #expect(!FileManager.default.fileExists(atPath: output + command.suffix))
  }

  @Test("images of another size than the model's", arguments: Launch.both)
  func otherSize(launch: Launch) throws {
    let folder = try RunFolder.trained()
    let other = try SmallData(rows: 6).write(to: folder.folder.url.appendingPathComponent("other"))
    try Job(["evaluate", folder.run, "--data", other], launch)
      .fail(65, "images have 48 pixels, where the model takes 64")
    try folder.train("--data", other, "--epochs", "3", on: launch)
      .fail(65, "images have 48 pixels, those that the model was trained on 64")
  }

  @Test("compressed data is the same data")
  func gzip() throws {
    let folder = try RunFolder.trained()
    for name in [Self.trainImages, Self.testLabels] {
      try Self.compress(URL(fileURLWithPath: folder.data), name)
    }
    let other = folder.path("other")
    try folder.train("--epochs", "2", run: other).succeed()
    #expect(try RunContents(other).model() == folder.contents.model())
  }

  private static func edit(_ folder: URL, _ name: String, _ change: (inout [UInt8]) -> Void) throws
  {
    let file = folder.appendingPathComponent(name)
    var bytes = Array(try Data(contentsOf: file))
    change(&bytes)
    try Data(bytes).write(to: file)
  }

  private static func compress(_ folder: URL, _ name: String) throws {
    let outcome = try Command(["gzip", folder.appendingPathComponent(name).path]).run()
    try #require(outcome.status == 0)
  }
}
