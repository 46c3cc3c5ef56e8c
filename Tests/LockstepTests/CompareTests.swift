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

/// The page in a browser, and the numbers beside those of NumPy.
@Suite(.needsPython) struct ComparePageTests {
  private let folder: RunFolder

  init() throws {
    folder = try RunFolder.trained()
    let plain = folder.path("plain")
    try folder.train("--model", "autoencoder", "--max-steps", "4", "--report", "off", run: plain)
      .succeed()
    let outcome = try Job([
      "compare", folder.run, plain, "--json", "--output", folder.path("compare.html"),
    ]).succeed()
    try Data(outcome.output.utf8).write(to: URL(fileURLWithPath: folder.path("compare.json")))
  }

  /// The same draws of the prior are those of `lockstep sample` with the same seed. Neighbours are found by
  /// differences in double precision.
  @Test("the numbers are those that NumPy computes from the parameters and the data")
  func numbers() throws {
    for run in ["run", "plain"] {
      let file = folder.path("\(run).npy")
      try Job(["sample", folder.path(run), "--seed", "1", "--count", "1000", "--output", file])
        .succeed()
    }
    try Python.run(
      """
      import json
      import numpy as np
      from safetensors.numpy import load_file
      found = json.load(open("compare.json"))
      images, labels = {}, {}
      for name in ("train", "t10k"):
          images[name] = np.fromfile(f"data/{name}-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 64) / 255
          labels[name] = np.fromfile(f"data/{name}-labels-idx1-ubyte", np.uint8)[8:]
      def normals(purpose, count):  # Salmon and others 2011, and Box and Muller 1958; four draws a position
          c = np.array([np.zeros(count), np.arange(count), np.zeros(count), np.full(count, purpose)], np.uint64)
          k0, k1, low = 1, 0, np.uint64(0xFFFFFFFF)
          for _ in range(10):
              p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
              c = np.array([(p1 >> np.uint64(32)) ^ c[1] ^ np.uint64(k0), p1 & low,
                            (p0 >> np.uint64(32)) ^ c[3] ^ np.uint64(k1), p0 & low])
              k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
          w = (c >> np.uint64(8)).astype(float) / 2**24
          r = np.sqrt(-2 * np.log(w[[0, 0, 2, 2]] + 2**-24))
          return (r * np.array([f(2 * np.pi * w[i]) for i in (1, 3) for f in (np.cos, np.sin)])).T

      def far(queries, points):
          return np.sqrt(((queries[:, None] - points[None]) ** 2).sum(2))

      def met(these, others):
          own = far(these, these) + np.diag(np.full(len(these), np.inf))
          return np.mean(far(these, others).min(1) < own.min(1))

      def near(queries, points):
          distances = far(queries, points)
          order = np.argsort(distances, axis=1, kind="stable")[:, :5]
          return np.take_along_axis(distances, order, 1), labels["train"][order]

      def accuracy(votes):
          return np.mean([np.bincount(v).argmax() for v in votes] == labels["t10k"])

      def clear(distances, votes):
          found = votes[(votes == votes[:, :1]).all(1) & (distances[:, 4] <= usual), 0]
          most = np.bincount(labels["t10k"], minlength=10) / 70
          return np.minimum(most, np.bincount(found, minlength=10) / len(votes)).sum(), len(found)

      pixels, prior = images["t10k"], normals(5, 70)
      distances, votes = near(pixels, images["train"])
      usual = np.percentile(distances[:, 4], 95, method="inverted_cdf")

      def check(run, name):
          w = {k: v.astype(float) for k, v in load_file(f"{name}/latest/model.safetensors").items()}
          layer = lambda x, name: x @ w[name + ".weight"].T + w[name + ".bias"]
          hidden = {k: np.maximum(layer(x, "fc1"), 0) for k, x in images.items()}
          codes = {k: layer(h, "fc21" if name == "run" else "fc2") for k, h in hidden.items()}
          variances = np.exp(layer(hidden["t10k"], "fc22")) if name == "run" else np.zeros((70, 4))
          latents = codes["t10k"] + np.sqrt(variances) * normals(4, 70)
          means = 1 / (1 + np.exp(-layer(np.maximum(layer(codes["t10k"], "fc3"), 0), "fc4")))
          cross = -(pixels * np.log(means) + (1 - pixels) * np.log(1 - means)).sum(1).mean()
          m, s = codes["t10k"].mean(0), np.cov(codes["t10k"].T, bias=True) + np.diag(variances.mean(0))
          divergence = 0.5 * (np.trace(s) + m @ m - len(m) - np.linalg.slogdet(s)[1])
          decoded = np.load(f"{name}.npy").reshape(-1, 64).astype(float)
          share, count = clear(*near(decoded, images["train"]))
          for key, value, expected, tolerance in [
              ("cross entropy", run["cross_entropy"], cross, 1e-4),
              ("squared error", run["squared_error"], ((means - pixels) ** 2).mean(), 1e-6),
              ("divergence", run["divergence"], divergence, 1e-4),
              ("draws", run["draws_met"], met(prior, latents), 1e-9),
              ("latents", run["latents_met"], met(latents, prior), 1e-9),
              ("decoded", run["recognisable"], share, 1e-9),
              ("labels", sum(run["recognisable_labels"].values()), count, 0),
              ("codes", run["code_accuracy"], accuracy(near(codes["t10k"], codes["train"])[1]), 1e-9),
          ]:
              assert abs(value - expected) <= tolerance, (name, key, value, expected)

      for run, name in zip(found["runs"], ["run", "plain"]):
          check(run, name)
      assert abs(found["pixel_accuracy"] - accuracy(votes)) < 1e-9, found
      assert abs(found["recognisable_test_images"] - clear(distances, votes)[0]) < 1e-9, found
      assert [run["kind"] for run in found["runs"]] == ["vae", "autoencoder"], found
      run = found["runs"][0]
      assert (found["test_images"], found["training_images"], run["code_bytes"]) == (70, 200, 16)
      """, in: folder.folder.url)
  }

  @Test("html5lib takes the page, and a browser shows it whole at any width")
  func page() throws {
    try Python.run(
      """
      import html5lib
      tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(open("compare.html", "rb"))
      names = [e.tag for e in tree.iter() if isinstance(e.tag, str)]
      assert names.count("img") == 6 and sum(name.endswith("svg") for name in names) == 2, names
      """, in: folder.folder.url)
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium") else { return }
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../scripts/check-report.py").standardizedFileURL.path
    let outcome = try Command(
      [try #require(Python.program), script, folder.path("compare.html")]
    ).run(seconds: 60)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }
}
