import Foundation
import Support
import Testing

/// The Python that checkpoints/README.md shows.
@Suite(.needsPython) struct NotebookTests {
  private static let page = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../checkpoints/README.md").standardizedFileURL

  /// Latents are drawn by another generator, so that mean images are compared: of 4000 each, whose
  /// standard error is 0.008 at most.
  private static let check = """
    assert losses.shape == (2, 2) and losses[1, 1] == epochs[1]["test_loss"], losses
    assert images.shape == (16, samples[0].size) and 0 < images.min() < images.max() < 1
    assert samples.ndim == 3 and samples.dtype == np.float32
    z = np.random.default_rng(2).standard_normal((4000, z.shape[1]), np.float32)
    hidden = np.maximum(z @ w["fc3.weight"].T + w["fc3.bias"], 0)
    images = 1 / (1 + np.exp(-(hidden @ w["fc4.weight"].T + w["fc4.bias"])))
    difference = abs(images.mean(0) - samples.mean(0).ravel()).max()
    assert difference < 0.05, difference
    """

  @Test("reads a run, its model and its samples")
  func page() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    let code = try #require(
      text.firstMatch(of: /## In Python\n(?s:.*?)```python\n((?s:.*?))```/)?.1)
    let folder = try RunFolder.trained()
    try Job(
      ["sample", folder.run, "--count", "4000", "--output", folder.path("samples.npy")]
    ).succeed()
    let checkpoints = folder.folder.url.appendingPathComponent("checkpoints")
    try FileManager.default.createDirectory(at: checkpoints, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: checkpoints.appendingPathComponent("mnist").path, withDestinationPath: folder.run)
    try Python.run("\(code)\n\(Self.check)", in: folder.folder.url)
  }
}
