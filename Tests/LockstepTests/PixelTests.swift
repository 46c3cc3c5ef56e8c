import Foundation
import Support
import Testing

/// `--pixels`: models that are shown black and white images.
@Suite struct PixelTests {
  private func train(_ folder: RunFolder, _ words: [String], _ launch: Launch = .alone, run: String)
    throws -> RunContents
  {
    try Job(folder.trainWords(run: folder.path(run)) + ["--epochs", "2"] + words, launch).succeed()
    return RunContents(folder.path(run))
  }

  @Test(
    "ranks, threads, teams and stops change no byte of a run", arguments: ["static", "dynamic"])
  func same(pixels: String) throws {
    let folder = try RunFolder()
    let words = ["--pixels", pixels]
    let one = try train(folder, words, run: "one")
    let gathered = try train(
      folder, words + ["--teams", "rank", "--threads-per-rank", "2"],
      .ranks(2), run: "gathered")
    try gathered.expectSame(as: one)
    _ = try train(folder, words + ["--max-steps", "6"], .ranks(3), run: "parts")
    let parts = try train(folder, [], run: "parts")  // The run knows its pixels.
    #expect(try parts.model() == one.model())
    #expect(try parts.text("config.yaml").contains("pixels: \(pixels)\n"))
    try Job(["train", "--run", parts.path, "--pixels", "grey", "--epochs", "3"])
      .fail(64, "--pixels grey would change the model")
  }

  @Test("a model is evaluated as it was trained, and tells how", arguments: Launch.both)
  func evaluation(launch: Launch) throws {
    let folder = try RunFolder()
    var losses: [Double] = []
    for (pixels, unit) in [
      ("grey", "grey pixels"), ("static", "fixed binarisation"), ("dynamic", "fixed binarisation"),
    ] {
      let run = try train(folder, ["--pixels", pixels], run: pixels)
      let loss = try #require(try run.rows().last?.testLoss)
      losses.append(loss)
      // The model's file alone tells it, too.
      for path in [run.path, "\(run.path)/latest/model.safetensors"] {
        let text = try Job(["evaluate", path, "--data", folder.data], launch).succeed().output
          .replacing("\r", with: "")
        #expect(text.contains("test_loss       \(loss)\n"), "\(text)")
        #expect(text.contains("\nunit            nats, \(unit)\n"), "\(text)")
      }
      let report = try run.text("report.html")
      #expect(report.contains("nats, fixed binarisation") == (pixels != "grey"))
      #expect(
        report.contains("Training losses are of the dynamic binarisation") == (pixels == "dynamic"))
      #expect(
        try run.text("latest/state.json").contains("\"pixels\" : \"\(pixels)\"")
          == (pixels != "grey"))
      let model = String(decoding: try run.model().prefix(2000), as: UTF8.self)
      #expect(
        model.contains("\"lockstep.pixel_protocol\":\"\(pixels)\"") == (pixels != "grey"),
        "\(model)")
    }
    #expect(Set(losses).count == 3)
  }

  /// The first eight rows below a line of the shade 64 are originals.
  @Test("originals stand above reconstructions as the model was shown them", .needsPython)
  func originals() throws {
    let folder = try RunFolder()
    let run = try train(folder, ["--pixels", "dynamic"], run: "run")
    try Job([
      "reconstruct", run.path, "--scale", "1", "--output", folder.path("pairs.png"),
    ]).succeed()
    try Python.run(
      """
      from PIL import Image; import numpy as np
      top = np.array(Image.open("pairs.png").convert("L"))[1:9]
      assert set(np.unique(top)) == {0, 64, 255}, np.unique(top)
      """, in: folder.folder.url)
  }

  @Test("a model of a later version's pixels is refused")
  func unknown() throws {
    let folder = try RunFolder()
    let run = try train(folder, ["--pixels", "static"], run: "run")
    let file = folder.path("model.safetensors")
    var bytes = try run.model()
    let range = try #require(bytes.range(of: Data("\"static\"".utf8)))
    bytes.replaceSubrange(range, with: Data("\"colour\"".utf8))
    try bytes.write(to: URL(fileURLWithPath: file))
    try Job(["evaluate", file, "--data", folder.data]).fail(65, file, "'colour'")
    try Job(["train", "--pixels", "colour"]).fail(64, "grey, static or dynamic")
  }
}
