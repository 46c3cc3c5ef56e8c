import Foundation
import Support
import Testing

/// Runs on images of other formats than MNIST's, from training to every command that reads them.
@Suite struct DataFormatTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  /// The bytes of a file of the small data set, without its header.
  private func elements(_ name: String) throws -> [UInt8] {
    let file = Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder.data)/\(name)")))
    return Array(file.dropFirst(4 + 4 * Int(file[3])))
  }

  /// The small data set as an archive of NumPy.
  private func archive() throws -> String {
    let parts: [(String, String, [Int])] = [
      ("x_train", "train-images-idx3", [200, 8, 8]), ("y_train", "train-labels-idx1", [200]),
      ("x_test", "t10k-images-idx3", [70, 64]), ("y_test", "t10k-labels-idx1", [70, 1]),
    ]
    return try folder.folder.file(
      "small.npz",
      zip(
        try parts.map {
          ZipPart("\($0.0).npy", npy($0.2, try elements("\($0.1)-ubyte")), isDeflated: true)
        }))
  }

  private func testLoss(_ run: String? = nil, _ words: String...) throws -> Double? {
    let outcome = try Job(["evaluate", run ?? folder.run, "--json"] + words).succeed()
    #expect(outcome.errors.isEmpty)
    let found = outcome.output.firstMatch(of: /"test_loss":([0-9.]+)/)
    return found.flatMap { Double($0.output.1) }
  }

  private func expectEvaluated(_ run: String? = nil) throws {
    let row = try #require(try RunContents(run ?? folder.run).rows().last { $0.kind == "epoch" })
    #expect(try testLoss(run) == row.testLoss)
  }

  @Test("an archive of NumPy is the same data as IDX files", arguments: Launch.both)
  func archive(launch: Launch) throws {
    let other = folder.path("other")
    try folder.train("--epochs", "2", on: launch).succeed()
    let outcome = try folder.train("--epochs", "2", "--data", try archive(), on: launch, run: other)
      .succeed()
    #expect(outcome.errors.isEmpty)
    try expectSameRun(folder.run, other)
    try expectEvaluated(other)
    try Job(["sample", other, "--digits", "01", "--output", folder.path("x.png")], launch).succeed()
    // Either may go on with the other's.
    try folder.train("--epochs", "3", "--data", try archive(), on: launch).succeed()
  }

  @Test("a folder of PNG files, of which one in seven is held out", arguments: Launch.both)
  func pictures(launch: Launch) throws {
    let pictures = folder.folder.url.appendingPathComponent("pictures")
    for number in 0..<70 {
      let label = pictures.appendingPathComponent("\(number % 5)")
      try FileManager.default.createDirectory(at: label, withIntermediateDirectories: true)
      try Self.png(shade: UInt8(number * 3)).write(
        to: label.appendingPathComponent("\(number).png"))
    }
    let words = ["--data", pictures.path, "--epochs", "2"]
    let outcome = try Job(folder.trainWords() + words, launch).succeed()
    #expect(
      outcome.errors.contains(
        "has one set of images: one in 7, the 7th, the 14th and so on, 10 in all"))
    try expectEvaluated()
    let codes = ["--output", folder.path("x.npy"), "--labels", folder.path("y.npy")]
    try Job(["encode", folder.run] + codes, launch).succeed()
    #expect(try floats(codes[1]).values.count == 10 * 4)
    try Job(["sample", folder.run, "--count", "3", "--output", folder.path("x.png")], launch)
      .succeed()
    let named = try Job(["evaluate", folder.run, "--data", pictures.path], launch).succeed()
    #expect(named.errors.contains("are kept from training, to test with"))
    try Data([1]).write(to: pictures.appendingPathComponent("0/0.png"))
    try Job(folder.trainWords() + words + ["--epochs", "3"], launch)
      .fail(65, "pictures/0/0.png: this is no PNG file")
  }

  /// EMNIST's images lie on their side.
  @Test("images that are transposed are so for all commands of the run")
  func transposed() throws {
    let tall = try SmallData(rows: 6, columns: 8).write(
      to: folder.folder.url.appendingPathComponent("a"))
    let wide = folder.folder.url.appendingPathComponent("b")
    try FileManager.default.createDirectory(at: wide, withIntermediateDirectories: true)
    for (ours, theirs) in [("train", "train"), ("t10k", "test")] {
      let count = ours == "train" ? 200 : 70
      let file = Array(
        try Data(contentsOf: URL(fileURLWithPath: "\(tall)/\(ours)-images-idx3-ubyte")))
      var pixels: [UInt8] = []
      for image in 0..<count {
        for pixel in 0..<48 {
          let (row, column) = (pixel / 6, pixel % 6)
          pixels.append(file[16 + image * 48 + column * 8 + row])
        }
      }
      try Data(SmallData.header([count, 8, 6]) + pixels)
        .write(to: wide.appendingPathComponent("emnist-letters-\(theirs)-images-idx3-ubyte"))
      try Data(contentsOf: URL(fileURLWithPath: "\(tall)/\(ours)-labels-idx1-ubyte"))
        .write(to: wide.appendingPathComponent("emnist-letters-\(theirs)-labels-idx1-ubyte"))
    }
    let other = folder.path("other")
    try folder.train("--data", tall, "--epochs", "2").succeed()
    let words = ["--data", "\(wide.path)/emnist-letters", "--transpose", "--epochs", "2"]
    try Job(folder.trainWords(run: other) + words, .ranks(2)).succeed()
    try expectSameRun(folder.run, other, anyRanks: true)
    #expect(try RunContents(other).text("config.yaml").contains("\ntranspose: true\n"))
    try expectEvaluated(other)
    #expect(try testLoss(other, "--data", words[1]) == testLoss(folder.run))
    for command in ["reconstruct", "encode", "report"] {
      let output = folder.path("x." + (["encode": "npy", "report": "html"][command] ?? "png"))
      #expect(try Job([command, other, "--output", output]).succeed().errors.isEmpty)
      if command == "report" {
        #expect(
          !(try String(contentsOfFile: output, encoding: .utf8)).contains("could not be used"))
      }
    }
    try Job(["evaluate", other, "--no-transpose"]).fail(
      65, "images are 8 × 6 pixels, those of the model 6 × 8")
    // It goes on without the flag, and from its own config.yaml.
    try Job(
      folder.trainWords(run: other).filter { ![folder.data, "--data"].contains($0) } + [
        "--epochs", "3",
      ]
    )
    .succeed()
    let again = folder.path("again")
    try Job(["train", "--config", "\(other)/config.yaml", "--run", again, "--epochs", "2"])
      .succeed()
    #expect(try RunContents(again).model() == folder.contents.model())
  }

  /// QMNIST's labels: eight 32-bit integers an image, packed.
  @Test("a set with the names and labels of QMNIST")
  func manyColumns() throws {
    let other = folder.folder.url.appendingPathComponent("other")
    try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
    for (ours, theirs) in [("train", "train"), ("t10k", "test")] {
      let images = try Data(
        contentsOf: URL(fileURLWithPath: "\(folder.data)/\(ours)-images-idx3-ubyte"))
      let labels = try elements("\(ours)-labels-idx1-ubyte")
      let others = [UInt8](repeating: 255, count: 28)
      let rows: [UInt8] = labels.flatMap { label -> [UInt8] in [0, 0, 0, label] + others }
      let header: [UInt8] = [0, 0, 12, 2] + SmallData.header([labels.count, 8]).dropFirst(4)
      for (name, bytes) in [
        ("images-idx3-ubyte", images), ("labels-idx2-int", Data(header + rows)),
      ] {
        let file = other.appendingPathComponent("qmnist-\(theirs)-\(name)")
        try bytes.write(to: file)
        #expect(try Command(["gzip", file.path]).run().status == 0)
      }
    }
    let run = folder.path("run2")
    try folder.train("--epochs", "2").succeed()
    try folder.train("--epochs", "2", "--data", other.path, run: run).succeed()
    try expectSameRun(folder.run, run)
    try expectEvaluated(run)
    let sheets = [folder.path("1.png"), folder.path("2.png")]
    for (run, sheet) in zip([folder.run, run], sheets) {
      try Job(["sample", run, "--digits", "01", "--output", sheet]).succeed()
    }
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: sheets[0]))
        == Data(contentsOf: URL(fileURLWithPath: sheets[1])))
  }

  @Test(
    "what is wrong with an archive or a picture ends a job on all ranks", arguments: Launch.both)
  func malformed(launch: Launch) throws {
    let float = little(0x3fc0_0000, 4)
    let cases: [(String, [UInt8], String)] = [
      (
        "a.npy", npy("<f4", [1, 1, 1], float),
        "pixel (0, 0) of image 0 is 1.5, where numbers are from 0 to 1"
      ),
      (
        "a.npz", zip([ZipPart("a.npy", npy("|O", [1], []))]),
        "a.npz/a.npy: this NumPy array holds Python objects"
      ),
      (
        "a.jpg", [0xff, 0xd8, 0xff],
        "this is one picture, JPEG, and no place that images are read from"
      ),
    ]
    var isAlone: Bool { if case .alone = launch { true } else { false } }
    for (name, bytes, words) in isAlone ? cases : Array(cases[..<1]) {
      let path = try folder.folder.file(name, bytes)
      try folder.train("--data", path, on: launch).fail(65, words)
      #expect(!FileManager.default.fileExists(atPath: folder.run))
    }
  }

  /// A PNG file of 8 × 8 pixels whose middle has this shade, without compression: RFC 1950 and 1951.
  private static func png(shade: UInt8) -> Data {
    let lines = (0..<8).flatMap { row -> [UInt8] in
      [0] + (0..<8).map { (2..<6).contains(row) && (2..<6).contains($0) ? shade : 0 }
    }
    func big(_ value: Int) -> [UInt8] { little(value, 4).reversed() }
    func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
      let body = Array(name.utf8) + data
      return big(data.count) + body + big(ZipPart("", body).checksum)
    }
    let sums = lines.reduce((1, 0)) { sums, byte in
      let first = (sums.0 + Int(byte)) % 65_521
      return (first, (sums.1 + first) % 65_521)
    }
    let packed = ZipPart("", lines, isDeflated: true).packed
    return Data(
      [0x89] + Array("PNG\r\n\u{1a}\n".utf8) + chunk("IHDR", big(8) + big(8) + [8, 0, 0, 0, 0])
        + chunk("IDAT", [0x78, 1] + packed + big(sums.1 << 16 | sums.0)) + chunk("IEND", []))
  }
}
