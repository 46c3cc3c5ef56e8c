import Foundation
import Support
import Testing

/// Autoencoders and conditional models, from training to what other programs make of them.
@Suite struct ModelKindTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  @discardableResult
  private func train(_ words: String...) throws -> Command.Outcome {
    try Job(folder.trainWords() + ["--epochs", "2"] + words).succeed()
  }

  @Test("a plain autoencoder has no divergence, no noise and no likelihood")
  func autoencoder() throws {
    let told = try train("--model", "autoencoder", "--hidden", "16,12", "--progress", "always")
    #expect(told.output.contains(/test [0-9.]+  [0-9,]+ images/))
    #expect(!told.reported.contains("kl") && !told.reported.contains("+ 0.00"))
    let rows = try folder.contents.rows()
    #expect(rows.allSatisfy { $0.kl == 0 && $0.klWeight == nil })
    let outcome = try Job(["evaluate", folder.run, "--json"]).succeed()
    let row = try #require(rows.last)
    #expect(outcome.output.contains("\"test_loss\":\(try #require(row.testLoss))"))
    #expect(!outcome.output.contains("active"))
    let lines = try Job(["evaluate", folder.run]).succeed().output
    #expect(["active", "reconstruction", "kl"].allSatisfy { !lines.contains($0) }, "\(lines)")
    let page = try folder.contents.text("report.html")
    #expect(page.contains("The loss is the cross-entropy of the pixels given the image’s code"))
    for words in ["q(z|x)", "public VAE", "KL"] {
      #expect(!page.contains(words), "\(words)")
    }
    #expect(page.contains("Nothing keeps codes near these draws"))
    try Job(["evaluate", folder.run, "--importance-samples", "2"], .ranks(2))
      .fail(64, "--importance-samples", "plain autoencoder, which has no likelihood")
    let inspected = try Job(["inspect", folder.run]).succeed().output
    #expect(inspected.contains("64-16-12-4-12-16-64") && inspected.contains("autoencoder"))
    try Job(["export", folder.run, "--output", folder.path("card.md")]).succeed()
    let card = try String(contentsOfFile: folder.path("card.md"), encoding: .utf8)
    #expect(card.contains("| test loss |") && !card.contains("its reconstruction"))
    let events = try folder.contents.names().filter { $0.hasPrefix("events") }
    let charts = try folder.contents.bytes(try #require(events.first))
    #expect(charts.range(of: Data("epoch/test_loss".utf8)) != nil)
    #expect(charts.range(of: Data("/kl".utf8)) == nil)
  }

  @Test("a conditional model draws the label that is asked for, and the same on all ranks")
  func labels() throws {
    try train("--model", "conditional")
    var pictures: [String: Data] = [:]
    for (name, words) in [
      ("all", []), ("zero", ["--label", "0"]), ("seven", ["--label", "7"]),
      ("walk", ["--walk"]), ("seven walk", ["--walk", "--label", "7"]),
    ] {
      let output = folder.path("x.npy")
      let files = try Launch.both.map { launch in
        let words = ["sample", folder.run, "--count", "40", "--output", output] + words
        try Job(words, launch).succeed()
        return try Data(contentsOf: URL(fileURLWithPath: output))
      }
      #expect(files[0] == files[1], "\(name)")
      pictures[name] = files[0]
    }
    #expect(Set(pictures.values).count == pictures.count)
    for (words, code, sentence) in [
      (["--label", "10"], Int32(64), "--label must be from 0 to 9"),
      (["--label", "-1"], 64, "--label must be from 0 to 9"),
      (["--digits", "01"], 64, "--digits is for models without labels"),
    ] {
      try Job(["sample", folder.run, "--output", "x.png"] + words).fail(code, sentence)
    }
  }

  @Test("of many active latents the first 20 are told")
  func latents() throws {
    try train("--latent", "64", "--beta", "0", "--learning-rate", "3e-2")
    let told = try Job(["evaluate", folder.run]).succeed().output
    let match = try #require(
      told.firstMatch(of: /active_units    (\d+) of 64  \(.* and (\d+) more\)/))
    let (count, more) = (Int(match.1), Int(match.2))
    #expect(try #require(count) - 20 == more)
    let json = try Job(["evaluate", folder.run, "--json"]).succeed().output
    let list = try #require(json.firstMatch(of: /"active":\[([0-9,]*)\]/))
    #expect(list.1.split(separator: ",").count == count)
  }

  @Test("what is told of a conditional model tells of the label")
  func words() throws {
    try train("--model", "conditional", "--classes", "12", "--pixels", "dynamic")
    let outcome = try Job(["evaluate", folder.run, "--importance-samples", "2"]).succeed()
    #expect(outcome.output.hasSuffix("\nnote            of log p(x | label)\n"))
    try Job(["report", folder.run]).succeed()
    let page = try folder.contents.text("report.html")
    for words in [
      "Bound on log p(x | label)", "evidence lower bound on log p(x | label)", "q(z|x, label)",
      "a label in each column",
    ] { #expect(page.contains(words), "\(words)") }
    // Width and height: 12 columns and 8 rows of 16 pixels, with lines of one between and around them.
    let picture = try folder.contents.bytes("samples/epoch-001.png")
    let sizes: [UInt8] = [0, 0, 0, 205, 0, 0, 0, 137]
    #expect([UInt8](picture[16..<24]) == sizes)
  }

  @Test("a label asked of a model that knows none, and labels that a model cannot know, are told")
  func misfits() throws {
    let trained = try RunFolder.trained()
    try Job(["sample", trained.run, "--label", "3", "--output", "x.png"], .ranks(2))
      .fail(64, "--label is for conditional models")
    let words = folder.trainWords() + ["--model", "conditional"]
    try Job(words + ["--classes", "9"], .ranks(2))
      .fail(65, "an image has the label 9", "give --classes of 10")
    for name in ["train", "t10k"] {
      try FileManager.default.removeItem(atPath: "\(folder.data)/\(name)-labels-idx1-ubyte")
    }
    try Job(words).fail(65, "needs labels, and the images have none")
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }

  /// Rewrites the labels of both splits.
  private func relabel(_ change: (UInt8) -> UInt8) throws {
    for name in ["train", "t10k"] {
      let file = URL(fileURLWithPath: "\(folder.data)/\(name)-labels-idx1-ubyte")
      let bytes = try Data(contentsOf: file)
      try (bytes.prefix(8) + Data(bytes.dropFirst(8).map(change))).write(to: file)
    }
  }

  @Test("other labels are other data to a conditional model, and unknown ones are refused")
  func otherLabels() throws {
    try train("--model", "conditional")
    try relabel { 9 - $0 }
    try Job(folder.trainWords() + ["--epochs", "3"], .ranks(2))
      .fail(64, "the training images or labels in ", "are not those that the run was trained on")
    let told = try Job(["evaluate", folder.run]).succeed().errors
    #expect(
      told.contains(
        "the images or labels in \(folder.data) are not those that the run was tested on"))
    try relabel { $0 + 13 }
    for command in ["evaluate", "report"] {
      try Job([command, folder.run, "--data", folder.data])
        .fail(65, "an image has the label 22, and this conditional model knows those below 10")
    }
    let plain = folder.path("plain")
    try Job(folder.trainWords(run: plain) + ["--epochs", "1"]).succeed()
    try relabel { $0 - 13 }
    try Job(folder.trainWords(run: plain) + ["--epochs", "2"]).succeed()
  }

  @Test("a run keeps its objective where only the number of draws is given again")
  func objective() throws {
    let words = ["--importance-samples", "2", "--pixels", "static"]
    for (run, flags, kept) in [
      ("one", ["--objective", "elbo"], "objective: elbo"), ("two", [], "objective: iwae"),
    ] {
      let run = folder.path(run)
      try Job(folder.trainWords(run: run) + words + flags + ["--epochs", "1"]).succeed()
      try Job(folder.trainWords(run: run) + words + ["--epochs", "2"]).succeed()
      #expect(try RunContents(run).text("config.yaml").contains(kept))
    }
  }

  @Test("a run that begins with a file takes its kind, activation and pixels, and no output bias")
  func initial() throws {
    try train("--activation", "tanh", "--pixels", "static", "--model", "conditional")
    let words = ["train", "--data", folder.data, "--epochs", "1", "--init", folder.run, "--run"]
    let other = folder.path("other")
    try Job(words + [other]).succeed()
    let text = try RunContents(other).text("config.yaml")
    for line in ["model: conditional", "activation: tanh", "pixels: static", "hidden: 16"] {
      #expect(text.contains(line), "\(line)")
    }
    try Job(words + [folder.path("none"), "--output-bias", "mean"])
      .fail(64, "--output-bias mean has no meaning with --init")
  }

  @Test("what the objective counts is logged by its name")
  func weights() throws {
    try train("--beta", "4", "--kl-warmup", "1", "--log-every", "1")
    let steps = try folder.contents.rows().filter { $0.kind == "step" }
    #expect(steps.map(\.klWeight) == [0, 1, 2, 3, 4, 4, 4, 4])
    for row in steps {
      let weight = try #require(row.klWeight)
      let expected = row.reconstruction + weight * row.kl
      #expect(abs(try #require(row.loss) - expected) < 1e-4)
    }
  }
}

/// The files of the kinds, opened by other programs.
@Suite(.needsPython) struct ModelKindFileTests {
  @Test(
    "onnxruntime and the card's NumPy agree with encode and sample",
    arguments: [
      ["--model", "autoencoder", "--hidden", "16,12", "--activation", "tanh"],
      ["--model", "conditional", "--hidden", "16,12"], ["--activation", "tanh"],
    ])
  func files(flags: [String]) throws {
    let folder = try RunFolder()
    let words = folder.trainWords() + ["--epochs", "1"]
    try Job(words + flags).succeed()
    for words in [
      ["encode", "run", "--output", "codes.npy"],
      ["sample", "run", "--count", "16", "--seed", "3", "--output", "images.npy"],
      ["export", "run", "--part", "encoder", "--output", "encoder.onnx"],
      ["export", "run", "--part", "decoder", "--output", "decoder.onnx"],
      ["export", "run", "--output", "card.md"],
    ] { try Job(words).succeed(in: folder.folder.url) }
    try Python.run(
      """
      import os, re
      import numpy as np, onnx, onnxruntime
      x = np.frombuffer(open("data/t10k-images-idx3-ubyte", "rb").read()[16:], np.uint8)
      x = (x.reshape(-1, 64) / 255).astype(np.float32)
      labels = np.frombuffer(open("data/t10k-labels-idx1-ubyte", "rb").read()[8:], np.uint8)
      for part in ("encoder", "decoder"):
          onnx.checker.check_model(onnx.load(part + ".onnx"), full_check=True)
          text = open(part + ".onnx", "rb").read()
          assert re.search(rb"The (en|de)coder of (an autoencoder|a (conditional )?variational autoencoder)[ ,]", text)
      encoder = onnxruntime.InferenceSession("encoder.onnx")
      feed = {"pixels": x}
      if len(encoder.get_inputs()) == 2:
          feed["label"] = np.eye(10, dtype=np.float32)[labels]
      codes = np.load("codes.npy")
      assert np.abs(encoder.run(None, feed)[0] - codes).max() < 1e-5
      os.symlink("run/latest/model.safetensors", "model.safetensors")
      numpy_lines, onnx_lines = re.findall(r"```python\\n(.*?)```", open("card.md").read(), re.S)
      scope = {}
      exec(numpy_lines, scope)
      mine = scope["pixels"]
      exec(onnx_lines, scope)
      assert mine.shape == (16, 64) and np.abs(scope["pixels"] - mine).max() < 1e-5
      """, in: folder.folder.url)
  }
}
