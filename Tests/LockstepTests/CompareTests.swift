import Foundation
import Support
import Testing

/// `compare.html` and the numbers of `lockstep compare`.
@Suite struct CompareTests {
  private let folder: RunFolder
  /// A run beside ``RunFolder/run``: an autoencoder with two latents.
  private let other: String

  init() throws {
    folder = try RunFolder.trained()
    other = folder.path("other")
    try Job([
      "train", "--data", folder.data, "--run", other, "--hidden", "16", "--latent", "2",
      "--batch-size", "50", "--epochs", "1", "--seed", "3", "--report", "off", "--model",
      "autoencoder",
    ]).succeed()
  }

  private func compare(
    _ words: [String] = [], runs: [String]? = nil, _ launch: Launch = .alone
  ) throws -> (page: String, output: String) {
    let page = folder.path("page.html")
    let outcome = try Job(
      ["compare"] + (runs ?? [folder.run, other]) + ["--output", page] + words, launch
    ).succeed()
    return (
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: page)), as: UTF8.self),
      outcome.output.replacing("\r", with: "")
    )
  }

  @Test("the page and the numbers are the same on any number of ranks and threads")
  func same() throws {
    let alone = try compare(["--json"])
    for (words, launch) in [(["--threads-per-rank", "2"], Launch.alone), ([], .ranks(2))] {
      let found = try compare(["--json"] + words, launch)
      #expect(found.page == alone.page && found.output == alone.output, "\(launch)")
    }
    for part in [
      "<h1>run beside other</h1>", "class=\"scatter\"", "class=\"circle\"",
      "Autoencoder 64-16-2-16-64",
      "2 epochs, 8 steps, batch 50", "1 epoch, 4 steps, batch 50", "first component", ">z₁<",
      "Labels told by codes",
      "Draws of the prior, decoded by other", "Walks between test images by run",
    ] {
      #expect(alone.page.contains(part), "\(part)")
    }
    #expect(!alone.page.contains("<script"))
  }

  @Test("without --json it tells what the page says first")
  func text() throws {
    let (page, output) = try compare()
    let lines = output.split(separator: "\n")
    #expect(lines.count == 4 && lines[3] == "written to \(folder.path("page.html"))")
    let claim = try #require(lines[0].split(separator: ":").first)
    #expect(page.contains("<strong>\(claim):</strong>"))
  }

  @Test("checkpoints of one run, and files of parameters, can be compared")
  func others() throws {
    let paths = ["\(folder.run)/step-00000004", "\(folder.run)/latest/model.safetensors"]
    let page = try compare(["--data", folder.data], runs: paths).page
    #expect(page.contains("step-00000004 beside model.safetensors"))
    #expect(page.contains("the very same draws"))
    // Without a run beside it, a file is compared on the other model's images.
    let file = folder.path("alone.safetensors")
    try RunContents(other).model().write(to: URL(fileURLWithPath: file))
    func losses(_ output: String) -> Set<Substring> {
      Set(output.matches(of: /"cross_entropy":([0-9.]+)/).map(\.1))
    }
    let expected = losses(try compare(["--json"]).output)
    for runs in [[folder.run, file], [file, folder.run]] {
      let words = ["compare"] + runs + ["--json", "--output", folder.path("x.html")]
      let outcome = try Job(words, .ranks(2)).succeed()
      #expect(losses(outcome.output) == expected && expected.count == 2)
      #expect(
        outcome.errors.contains(
          "nothing tells which images \(file) was trained on; using those of \(folder.run)"))
    }
  }

  @Test(
    "a conditional model decodes with labels, black and white pixels compare with their like alone")
  func conditional() throws {
    let (run, drawn) = (folder.path("conditional"), folder.path("drawn"))
    let words = ["--max-steps", "1", "--report", "off"]
    try Job(folder.trainWords(run: run) + words + ["--model", "conditional"]).succeed()
    let page = try compare(runs: [run, other], .ranks(2)).page
    #expect(page.contains("Conditional VAE 64-16-4-16-64: 0 epochs, 1 step"))
    let parts = page.components(separatedBy: "The encoder of the conditional VAE is told the label")
    #expect(parts.count == 3, "once in short and once among the numbers")
    try Job(folder.trainWords(run: drawn) + words + ["--pixels", "static"]).succeed()
    try Job(["compare", run, drawn, "--output", folder.path("x.html")])
      .fail(65, "of grey pixels, those of", "of fixed binarisation")
  }

  @Test("without labels the page leaves out what needs them, and says so")
  func unlabelled() throws {
    for name in ["train", "t10k"] {
      try FileManager.default.removeItem(atPath: "\(folder.data)/\(name)-labels-idx1-ubyte")
    }
    let (page, output) = try compare(["--json"], .ranks(2))
    #expect(page.contains("is measured by labels, which these images do not have"))
    #expect(page.contains("class=\"scatter\"") && !page.contains("class=\"middle\""))
    #expect(!page.contains("Labels told by codes") && !page.contains("class=\"legend\""))
    #expect(!output.contains("accuracy") && !output.contains("recognisable"))
    #expect(output.contains("\"draws_met\""))
  }

  @Test("what cannot be compared is refused", arguments: Launch.both)
  func refused(launch: Launch) throws {
    let (run, page) = (folder.run, folder.path("x.html"))
    func fail(_ code: Int32, _ words: [String], _ part: String) throws {
      try Job(["compare"] + words + ["--output", page], launch).fail(code, part)
      #expect(!FileManager.default.fileExists(atPath: page))
    }
    for same in ["\(run)/", "\(run)/latest", "\(run)/latest/model.safetensors"] {
      try fail(64, [run, same], "are one and the same model: name two")
    }
    try fail(74, [run, folder.path("nowhere")], "there is no checkpoint here")
    try fail(65, [folder.data, run], "there is no checkpoint in this folder")
    let wide = try RunFolder(SmallData(rows: 4, columns: 16))
    try wide.train("--max-steps", "1", "--report", "off").succeed()
    try fail(65, [run, wide.run], "its images are 4 × 16 pixels, those of")
    let foreign = try RunFolder(SmallData(train: 201))
    try foreign.train("--max-steps", "1", "--report", "off").succeed()
    try fail(65, [run, foreign.run], "its training images are not those of")
    try Job(["compare", run, other, "--output", folder.path("nowhere/x.html")], launch)
      .fail(74, "there is no folder")
    let large = folder.path("large.safetensors")
    var bytes = try folder.contents.model()
    bytes.replaceSubrange(4000..<7000, with: Data(repeating: 0x7f, count: 3000))
    try bytes.write(to: URL(fileURLWithPath: large))
    try fail(
      70, [run, large, "--data", folder.data], "large.safetensors: what this model computes is not")
  }
}
