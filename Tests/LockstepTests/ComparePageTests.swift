import Foundation
import Support
import Testing

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
