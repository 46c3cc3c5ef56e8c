import Foundation
import Support
import Testing

/// Models for other programs, opened by those.
@Suite(.needsPython) struct ExportTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder.trained() }

  private func export(_ words: String..., on launch: Launch = .alone) throws {
    try Job(["export", "run"] + words, launch).succeed(in: folder.folder.url)
  }

  private func lockstep(_ words: String...) throws {
    try Job(words).succeed(in: folder.folder.url)
  }

  @Test("ONNX files are valid, say what they are, and take any number of rows")
  func onnx() throws {
    for part in ["encoder", "decoder"] {
      try export("--part", part, "--output", "\(part).onnx")
    }
    try Python.run(
      """
      import json, onnx, re
      from onnx import numpy_helper
      from safetensors.numpy import load_file
      tensors = load_file("run/latest/model.safetensors")
      row = [json.loads(line) for line in open("run/metrics.jsonl")][-1]
      layers = {"encoder": ["fc1", "fc21", "fc22"], "decoder": ["fc3", "fc4"]}
      sizes = {"encoder": ([("pixels", 64)], [("mean", 4), ("log_variance", 4)]),
          "decoder": ([("z", 4)], [("pixels", 64)])}
      for part in layers:
          model = onnx.load(part + ".onnx")
          onnx.checker.check_model(model, full_check=True)
          assert (model.ir_version, model.producer_name) == (8, "lockstep")
          assert re.fullmatch(r"\\d+\\.\\d+\\.\\d+", model.producer_version), model.producer_version
          assert [(o.domain, o.version) for o in model.opset_import] == [("", 17)]
          facts = {p.key: p.value for p in model.metadata_props}
          assert float(facts["lockstep.test_loss"]) == row["test_loss"]
          assert (facts["lockstep.step"], facts["lockstep.latent"]) == ("8", "4")
          names = [f"{l}.{k}" for l in layers[part] for k in ("weight", "bias")]
          assert [i.name for i in model.graph.initializer] == names
          for i in model.graph.initializer:
              assert i.raw_data and (numpy_helper.to_array(i) == tensors[i.name]).all()
          for values, expected in zip((model.graph.input, model.graph.output), sizes[part]):
              assert [(v.name, v.type.tensor_type.shape.dim[1].dim_value) for v in values] == expected
              assert all(v.type.tensor_type.shape.dim[0].dim_param == "batch" for v in values)
      """, in: folder.folder.url)
  }

  /// `sample` tells no latents. From the same seed it draws the same ones for a model whose first
  /// pixels are σ(z/4), which tell them.
  @Test("onnxruntime agrees with encode and sample to 1e-5")
  func agreement() throws {
    try export("--part", "encoder", "--output", "encoder.onnx")
    try export("--part", "decoder", "--output", "decoder.onnx")
    try lockstep("encode", "run", "--data", "data", "--output", "codes.npy")
    try Python.run(
      """
      import numpy as np
      from safetensors.numpy import load_file, save_file
      t = load_file("run/latest/model.safetensors")
      t = {name: np.zeros_like(value) for name, value in t.items()}
      for k in range(4):
          t["fc3.weight"][2 * k, k], t["fc3.weight"][2 * k + 1, k] = 1, -1
          t["fc4.weight"][k, 2 * k], t["fc4.weight"][k, 2 * k + 1] = 0.25, -0.25
      save_file(t, "probe.safetensors")
      """, in: folder.folder.url)
    for (model, output) in [("run", "samples.npy"), ("probe.safetensors", "probes.npy")] {
      try lockstep("sample", model, "--count", "300", "--seed", "5", "--output", output)
    }
    try Python.run(
      """
      import numpy as np, onnxruntime
      from safetensors.numpy import load_file
      encoder, decoder = (onnxruntime.InferenceSession(p + ".onnx") for p in ("encoder", "decoder"))
      def apart(a, b):
          assert a.shape == b.shape and a.dtype == np.float32, (a.shape, b.shape, a.dtype)
          return np.abs(a - b).max()
      x = np.frombuffer(open("data/t10k-images-idx3-ubyte", "rb").read()[16:], np.uint8)
      x = (x.reshape(-1, 64) / 255).astype(np.float32)
      mean, log_variance = encoder.run(["mean", "log_variance"], {"pixels": x})
      assert np.abs(mean).max() > 0.01 and apart(mean, np.load("codes.npy")) < 1e-5
      t = load_file("run/latest/model.safetensors")
      hidden = np.maximum(x @ t["fc1.weight"].T + t["fc1.bias"], 0)
      assert apart(log_variance, hidden @ t["fc22.weight"].T + t["fc22.bias"]) < 1e-5
      p = np.load("probes.npy").reshape(300, 64)[:, :4].astype(np.float64)
      z = (4 * np.log(p / (1 - p))).astype(np.float32)
      assert 0.9 < z.std() < 1.1
      pixels, = decoder.run(None, {"z": z})
      assert apart(pixels, np.load("samples.npy").reshape(300, 64)) < 1e-5
      one, = decoder.run(None, {"z": z[:1]})
      assert apart(one, pixels[:1]) < 1e-6
      """, in: folder.folder.url)
  }

  @Test("the same bytes every time, also under the launcher")
  func bytes() throws {
    for (words, name) in [
      (["--part", "encoder"], "x.onnx"), (["--format", "safetensors"], "x"), ([], "x.md"),
    ] {
      let files = try [Launch.alone, .ranks(2)].map { launch in
        let path = folder.path(name)
        try Job(["export", folder.run, "--output", path] + words, launch).succeed()
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try Data(contentsOf: URL(fileURLWithPath: path))
      }
      #expect(files[0] == files[1] && files[0].count > 500, "\(name)")
      if name == "x" { #expect(try files[0] == folder.contents.model()) }
    }
  }

  @Test("the card tells the run's figures, and its code works")
  func card() throws {
    try export("--output", "README.md")
    try export("--output", "model.safetensors")
    try export("--part", "decoder", "--output", "decoder.onnx")
    try Python.run(
      """
      import json, re
      text = open("README.md").read()
      assert text.startswith("---\\ntags:\\n")
      assert re.search(r"parameters; card written by Lockstep \\d+\\.\\d+\\.\\d+\\. Encoder", text)
      row = [json.loads(line) for line in open("run/metrics.jsonl")][-1]
      for key in "train_loss", "test_loss", "reconstruction", "kl":
          assert f"| {row[key]:.2f} |" in text, (key, text)
      scope = {}
      blocks = re.findall(r"```python\\n(.*?)```", text, re.S)
      exec(blocks[0], scope)
      numpys = scope["pixels"]
      exec(blocks[1], scope)
      assert numpys.shape == (16, 64) and abs(numpys - scope["pixels"]).max() < 1e-5
      """, in: folder.folder.url)
  }

  @Test("parameters alone have a card and parts, too")
  func parametersAlone() throws {
    try Job(["export", "run/latest/model.safetensors", "--output", "a.md"])
      .succeed(in: folder.folder.url)
    let text = try String(contentsOfFile: folder.path("a.md"), encoding: .utf8)
    #expect(text.contains("64-16-4-16-64") && !text.contains("Results"))
    try Job(
      ["export", "run/latest/model.safetensors", "--part", "decoder", "--output", "a.onnx"]
    ).succeed(in: folder.folder.url)
  }

  @Test("a file of parameters tells of its recipe what it has in its metadata")
  func metadata() throws {
    let run = folder.path("other")
    try folder.train(
      "--epochs", "1", "--activation", "tanh", "--pixels", "dynamic", "--seed", "7", "--objective",
      "iwae", "--importance-samples", "2", run: run
    ).succeed()
    let file = folder.path("alone.safetensors")
    try RunContents(run).model().write(to: URL(fileURLWithPath: file))
    for path in [run, file] {
      let (card, part) = (folder.path("b.md"), folder.path("b.onnx"))
      try Job(["export", path, "--output", card]).succeed()
      let text = try String(contentsOfFile: card, encoding: .utf8)
      for row in [
        "activation | tanh", "pixels | dynamic", "seed | 7", "objective | iwae",
        "importance samples | 2",
      ] { #expect(text.contains("| \(row) |"), "\(path): \(row)") }
      #expect(text.contains("epochs |") == (path == run) && text.contains("hyperbolic tangent"))
      try Job(["export", path, "--part", "encoder", "--output", part]).succeed()
      let bytes = try Data(contentsOf: URL(fileURLWithPath: part))
      for key in ["activation", "pixel_protocol", "seed", "objective", "importance_samples"] {
        #expect(bytes.range(of: Data("lockstep.\(key)".utf8)) != nil, "\(path): \(key)")
      }
    }
  }

  @Test("a file that cannot be written", arguments: ["nowhere/x.onnx", "nowhere/x.md"])
  func output(name: String) throws {
    let words = name.hasSuffix("onnx") ? ["--part", "decoder"] : []
    try Job(["export", folder.run, "--output", folder.path(name)] + words).fail(74, name)
  }
}
