import Foundation
import Support
import Testing

/// Runs that begin with the parameters of another program.
@Suite(.needsPython) struct InitTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  /// Lets Python write `name`: shapes as in PyTorch's example, then whatever `change` does to `t`.
  private func write(_ name: String = "other.safetensors", _ change: String = "") throws {
    try Python.run(
      """
      import numpy as np
      from safetensors.numpy import save_file
      draw = np.random.default_rng(3)
      shapes = {"fc1": (16, 64), "fc21": (4, 16), "fc22": (4, 16), "fc3": (16, 4), "fc4": (64, 16)}
      t = {}
      for layer, shape in shapes.items():
          t[layer + ".weight"] = draw.normal(0, 0.1, shape).astype(np.float32)
          t[layer + ".bias"] = draw.normal(0, 0.1, shape[:1]).astype(np.float32)
      \(change)
      save_file(t, "\(name)")
      """, in: folder.folder.url)
  }

  private func words(_ more: String...) -> [String] {
    ["train", "--data", folder.data, "--run", folder.run, "--init", "other.safetensors"] + more
  }

  /// The path of a file of the folder, without links.
  private func whole(_ name: String) -> String {
    folder.folder.url.resolvingSymlinksInPath().appendingPathComponent(name).path
  }

  private func succeed(_ words: [String], _ launch: Launch = .alone) throws {
    try Job(words, launch).succeed(in: folder.folder.url)
  }

  /// A step too short for any parameter to take leaves them as they were.
  @Test("training begins where the file is", arguments: [Launch.alone, .ranks(2), .hosts([1, 1])])
  func begin(launch: Launch) throws {
    try write()
    try succeed(words("--max-steps", "1", "--learning-rate", "1e-30"), launch)
    try Python.run(
      """
      from safetensors.numpy import load_file
      a, b = load_file("other.safetensors"), load_file("run/latest/model.safetensors")
      assert a.keys() == b.keys() and all((a[k] == b[k]).all() for k in a)
      """, in: folder.folder.url)
    let config = try folder.contents.text("config.yaml")
    #expect(config.contains("hidden: 16\n") && config.contains("latent: 4\n"))
    #expect(config.contains("init: \(whole("other.safetensors"))\n"))
  }

  @Test("the same command goes on, another file does not")
  func resume() throws {
    try write()
    try succeed(words("--epochs", "1"))
    try succeed(words("--epochs", "2"))
    try FileManager.default.removeItem(atPath: folder.path("other.safetensors"))
    try succeed(words("--epochs", "3"))
    #expect(try folder.contents.steps("epoch") == [2, 4, 6])
    try write("third.safetensors")
    let other = words("--epochs", "4").map { $0.replacing("other", with: "third") }
    let third = "--init \(whole("third.safetensors")) is for a new run"
    try Job(other).fail(64, third, in: folder.folder.url)
    try succeed(other + ["--resume", "none"])
    #expect(try folder.contents.names().contains("previous-1"))
  }

  @Test("a run that began from its seed does not go on with a file")
  func drawn() throws {
    try folder.train("--epochs", "1").succeed()
    try write()
    let other = "--init \(whole("other.safetensors")) is for a new run"
    try Job(words(), .ranks(2)).fail(64, other, in: folder.folder.url)
  }

  /// What is wrong with the file, and the sentence.
  static let cases: [(String, String)] = [
    (
      "t['fc3.weight'] = t['fc3.weight'][:15].copy()",
      "[15, 4], where the model has [16, 4]; use a file whose tensors fit one another"
    ),
    ("t['fc4.weight'] = t['fc4.weight'].T.copy()", "tensor fc4.weight: its shape is [16, 64]"),
    ("t['fc4.bias'] = t['fc4.bias'][:1].copy()", "tensor fc4.bias: its shape is [1]"),
    ("del t['fc22.bias']", "9 tensors, where the model has 10: fc22.bias is missing"),
    (
      "t['fc5.bias'] = t['fc4.bias']",
      "11 tensors, where the model has 10: there is \"fc5.bias\", too"
    ),
    (
      "t = {'net.' + k if k != 'fc1.bias' else k: t[k] for k in t}",
      "none of this name among the 10 in the file, such as \"fc1.bias\", \"net."
    ),
    ("del t['fc1.weight']", "fc1.weight"),
    ("t['fc3.bias'] = t['fc3.bias'].astype(np.float64)", "its elements are F64"),
    ("t['fc3.bias'][2] = np.nan", "a parameter is not finite"),
    ("t['fc21.weight'] = t['fc22.weight'][:, :3].copy()", "[latent, hidden] are wanted"),
  ]

  @Test("a file that does not fit", arguments: cases)
  func bad(change: String, sentence: String) throws {
    try write("other.safetensors", change)
    try Job(words()).fail(65, "other.safetensors", sentence, in: folder.folder.url)
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }

  @Test(
    "flags that ask for another model than the file's",
    arguments: [
      (
        ["--hidden", "20"],
        "--hidden 20 asks for a variational autoencoder 64-20-4-20-64: leave it out"
      ),
      (
        ["--latent", "3", "--model", "autoencoder"],
        "--model autoencoder --latent 3 ask for an autoencoder 64-16-3-16-64: leave them out"
      ),
      (
        ["--model", "conditional"],
        "asks for a conditional variational autoencoder of 10 labels 64-16-4-16-64: leave it out"
      ),
    ])
  func other(flags: [String], sentence: String) throws {
    try write()
    for launch in Launch.both {
      try Job(words() + flags, launch).fail(
        64,
        "other.safetensors: these are the parameters of a variational autoencoder 64-16-4-16-64, and",
        sentence, in: folder.folder.url)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }

  @Test("a model of images of another size")
  func size() throws {
    let small = try RunFolder(SmallData(rows: 4, columns: 8))
    try small.train("--max-steps", "1").succeed()
    let words = ["train", "--data", folder.data, "--run", folder.run, "--init", small.run]
    try Job(words).fail(65, "images have 64 pixels, those that the model was trained on 32")
  }

  /// What the file has in other words than ours, and the numbers that it means.
  @Test(
    "wrappers' prefixes are passed over, halves widened",
    arguments: [
      "u = {'module._orig_mod.' + k: t[k] for k in t}",
      "t = {k: t[k].astype(np.float16) for k in t}; u = t",
    ])
  func foreign(change: String) throws {
    try write("other.safetensors", "\(change)\nsave_file(t, 'meant.safetensors'); t = u")
    try succeed(words("--max-steps", "1", "--learning-rate", "1e-30"))
    try Python.run(
      """
      import numpy as np
      from safetensors.numpy import load_file
      a, b = load_file("meant.safetensors"), load_file("run/latest/model.safetensors")
      assert a.keys() == b.keys() and all((a[k].astype(np.float32) == b[k]).all() for k in a)
      """, in: folder.folder.url)
  }

  @Test("a run, a checkpoint or its link stand for the model in them", arguments: ["", "/latest"])
  func ofRun(path: String) throws {
    try folder.train("--max-steps", "1").succeed()
    let words = ["--init", "\(folder.run)\(path)", "--run", folder.path("other")]
    try Job(["train", "--data", folder.data, "--max-steps", "1"] + words).succeed()
    let config = try RunContents(folder.path("other")).text("config.yaml")
    #expect(config.contains("init: \(whole("run"))/step-00000001/model.safetensors\n"))
    #expect(config.contains("hidden: 16\n"))
    // The other run may have gone on since.
    try folder.train("--max-steps", "2").succeed()
    guard path.isEmpty else { return }
    try Job(["train", "--data", folder.data, "--max-steps", "2"] + words).succeed()
  }

  /// What JAX's and Keras' users do, and the way that checkpoints/README.md shows.
  @Test(
    "weights saved in the other order are told", arguments: ["w.T", "np.ascontiguousarray(w.T)"])
  func order(saved: String) throws {
    try folder.train("--epochs", "60", "--learning-rate", "0.01", "--tensorboard", "off").succeed()
    try Python.run(
      """
      import numpy as np
      from safetensors.numpy import load_file, save_file
      t = load_file("run/latest/model.safetensors")
      # As a program has them that keeps weights as (in, out).
      t = {k: np.ascontiguousarray(v.T) for k, v in t.items()}
      # safetensors.numpy 0.8.0 writes memory as it lies; later versions may make it contiguous.
      lies = lambda w: w if w.flags.c_contiguous else np.ravel(w, "K").reshape(w.shape)
      save_file({k: lies(\(saved)) for k, w in t.items()}, "other.safetensors")
      """, in: folder.folder.url)
    let words = ["train", "--data", folder.data, "--run", folder.path("next"), "--max-steps", "1"]
    let outcome = try Job(words + ["--init", folder.path("other.safetensors")]).succeed()
    #expect(outcome.reported.contains("np.ascontiguousarray(w.T)") == (saved == "w.T"))
  }

  @Test("a file that is none, on two ranks")
  func none() throws {
    try Job(words(), .ranks(2)).fail(74, "other.safetensors", in: folder.folder.url)
    try Data("PK".utf8).write(to: URL(fileURLWithPath: folder.path("other.safetensors")))
    try Job(words(), .ranks(2)).fail(65, "other.safetensors", in: folder.folder.url)
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }
}
