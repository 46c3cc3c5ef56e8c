import Foundation
import Support
import Testing

/// Data that are not MNIST: other shapes, no labels, other labels, no test images.
@Suite struct OtherSetsTests {
  private func remove(_ names: String..., from folder: RunFolder) throws {
    for name in names { try FileManager.default.removeItem(atPath: "\(folder.data)/\(name)") }
  }

  /// 4 × 16 pixels are as many as 8 × 8.
  @Test("samples have the shape of the images", arguments: [(4, 16), (6, 8)])
  func shape(rows: Int, columns: Int) throws {
    let folder = try RunFolder(SmallData(rows: rows, columns: columns))
    try folder.train("--epochs", "1").succeed()
    for model in [folder.run, "\(folder.run)/latest/model.safetensors"] {
      let (array, sheet) = (folder.path("x.npy"), folder.path("x.png"))
      try Job(["sample", model, "--count", "3", "--output", array]).succeed()
      #expect(try floats(array).header.contains("'shape': (3, \(rows), \(columns))"))
      try Job(
        ["sample", model, "--count", "3", "--columns", "3", "--scale", "1"] + ["--output", sheet]
      )
      .succeed()
      // Width and height stand behind the signature and the first chunk's name.
      let header = Array(try Data(contentsOf: URL(fileURLWithPath: sheet)).dropFirst(16).prefix(8))
      let sizes = [header[2...3], header[6...7]].map { Int($0.first!) << 8 | Int($0.last!) }
      let frames = [sizes[0] - 3 * columns, sizes[1] - rows]
      #expect(frames.allSatisfy { (0...16).contains($0) }, "\(sizes)")
    }
  }

  /// As many pixels in another shape are other images.
  @Test("a model is not used on images of another shape", arguments: Launch.both)
  func otherShape(launch: Launch) throws {
    let folder = try RunFolder(SmallData(rows: 4, columns: 16))
    try folder.train("--epochs", "1").succeed()
    let square = try SmallData().write(to: folder.folder.url.appendingPathComponent("square"))
    let sentence = "images are 8 × 8 pixels, those of the model 4 × 16"
    try Job(["evaluate", folder.run, "--data", square], launch).fail(65, square, sentence)
    let words = ["train", "--data", square, "--run"]
    try Job(words + [folder.run, "--epochs", "2", "--other-data"], launch).fail(65, sentence)
    let model = "\(folder.run)/latest/model.safetensors"
    try Job(words + [folder.path("new"), "--init", model], launch).fail(65, sentence)
  }

  /// What `astype(np.uint8)` makes of numbers from 0 to 1.
  @Test("images that are all black are told of")
  func black() throws {
    let folder = try RunFolder()
    let file = URL(fileURLWithPath: "\(folder.data)/train-images-idx3-ubyte")
    let bytes = try Data(contentsOf: file)
    try (bytes.prefix(16) + bytes.dropFirst(16).map { $0 > 200 ? 1 : 0 }).write(to: file)
    let outcome = try folder.train("--epochs", "1").succeed()
    #expect(outcome.errors.contains("no pixel is above 1, where 255 is white"))
  }

  @Test("a set without labels trains, to the bits of one with them", arguments: Launch.both)
  func noLabels(launch: Launch) throws {
    let folder = try RunFolder()
    let labelled = folder.path("labelled")
    try folder.train("--epochs", "1", on: launch, run: labelled).succeed()
    try remove("train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte", from: folder)
    #expect(try folder.train("--epochs", "1", on: launch).succeed().errors.isEmpty)
    #expect(try folder.contents.model() == RunContents(labelled).model())
    #expect(try folder.contents.text("report.html").contains("and the data have none"))
    try Job(["sample", folder.run, "--digits", "01", "--output", folder.path("x.png")], launch)
      .fail(65, "no labels, which --digits goes by")
    let files = ["--output", folder.path("x.npy"), "--labels", folder.path("y.npy")]
    try Job(["encode", folder.run] + files, launch).fail(65, "leave --labels out")
  }

  /// As EMNIST's letters.
  @Test("labels above nine")
  func manyLabels() throws {
    let folder = try RunFolder()
    let labels = (0..<70).map { UInt8(20 + $0 % 26) }
    try Data(SmallData.header([70]) + labels)
      .write(to: URL(fileURLWithPath: "\(folder.data)/t10k-labels-idx1-ubyte"))
    try folder.train("--epochs", "1").succeed()
    let page = try folder.contents.text("report.html")
    #expect(page.contains("From label to label") && page.contains(">45</li>"))
    let files = ["--output", folder.path("x.npy"), "--labels", folder.path("y.npy")]
    try Job(["encode", folder.run] + files).succeed()
    #expect(try Data(contentsOf: URL(fileURLWithPath: files[3])).suffix(70) == Data(labels))
    try Job(["sample", folder.run, "--digits", "01", "--output", folder.path("x.png")])
      .fail(65, "no test image has the label 0")
  }

  @Test(
    "a set without test images trains to the same bits, and says what is left out",
    arguments: Launch.both)
  func noTest(launch: Launch) throws {
    let folder = try RunFolder()
    let tested = folder.path("tested")
    try folder.train("--epochs", "2", on: launch, run: tested).succeed()
    try remove("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", from: folder)
    let outcome = try folder.train("--epochs", "2", on: launch).succeed()
    #expect(outcome.errors.contains("has no test images: there is no test_loss"))
    #expect(try folder.contents.model() == RunContents(tested).model())
    let rows = try folder.contents.text("metrics.jsonl").split(separator: "\n")
      .filter { $0.contains("\"kind\":\"epoch\"") }
    #expect(rows.count == 2)
    for row in rows { #expect(row.contains("train_loss") && !row.contains("test_loss")) }
    #expect(!(try folder.contents.names().contains("best")))
    #expect(!(try folder.contents.names().contains("reconstructions")))
    #expect(try folder.contents.text("report.html").contains("The data have no test images."))
    try Job(["evaluate", folder.run], launch).fail(
      74, "there is no t10k-images-idx3-ubyte (or .gz) here")
    let files = ["--split", "train", "--output", folder.path("x.npy")]
    try Job(["encode", folder.run] + files, launch).succeed()
    try Job(["export", folder.run, "--output", folder.path("x.md")]).succeed()
    try Job(["report", folder.run], launch).succeed()
  }
}
