internal import Checkpoints
internal import Engine
internal import Formats
internal import Images
internal import Kernels
internal import Platform
internal import VAE

/// A page about a model for its users, in Markdown; its front matter is for sites that collect models.
///
/// The page has the run's figures, but no date, host or path: the same model gives the same page.
struct ModelCard {
  /// The whole file.
  let text: String

  /// The card of `model`, written by `version` of the program whose `command` writes `decoder.onnx`.
  init(_ model: borrowing ModelExport, version: String, exporting command: String) {
    let sizes = model.layout.configuration
    let parts = [
      Self.introduction(sizes, model.layout.parameterCount, version: version),
      Self.training(model), Self.results(model),
      "## Files\n\n`model.safetensors`, float32, under "
        + "\(sizes.tensorNames):\n\n"
        + Self.table(
          ["tensor", "shape"], model.layout.tensors.map { ["`\($0.name)`", "\($0.shape)"] }),
      Self.use(model.layout, exporting: command),
    ]
    text = parts.compactMap(\.self).joined(separator: "\n")
  }

  private static func introduction(
    _ sizes: ModelConfiguration, _ count: Int, version: String
  ) -> String {
    """
    ---
    tags:
    - \(sizes.kind == .autoencoder ? "autoencoder" : "variational-autoencoder")
    - onnx
    - safetensors
    ---

    # \(sizes.kindName.prefix(1).uppercased() + sizes.kindName.dropFirst()) \(sizes.summary)

    \(count.grouped) parameters; card written by Lockstep \(version). \(description(sizes))

    """
  }

  private static func description(_ sizes: ModelConfiguration) -> String {
    let count = sizes.hidden.all.count
    let layers = count == 1 ? "one hidden layer each, with a" : "\(count) hidden layers each, with"
    let function = sizes.activation == .relu ? "rectifier" : "hyperbolic tangent"
    let start =
      "Encoder and decoder\nhave \(layers) \(function)\(count == 1 ? "" : "s"); "
    switch sizes.kind {
    case .autoencoder:
      return start
        + "an image has one code, and nothing keeps codes near one another;\npixels are Bernoulli "
        + "variables. It gives codes for images and images for their codes; the codes between\nthem may "
        + "mean nothing."
    case .vae:
      return start + gaussian
        + "\n2013). It draws images like those it was trained on, and knows no labels."
    case .conditional:
      return start + gaussian
        + "\n2013). It draws images like those it was trained on, of the label that it is told, from 0 to "
        + "\(sizes.labels - 1)."
    }
  }

  private static let gaussian =
    "q(z|x) is a normal distribution with a diagonal\ncovariance, the prior a standard normal one, "
    + "pixels are Bernoulli variables (Kingma and Welling"

  /// What is known of the model's training; nil where nothing is.
  private static func training(_ model: borrowing ModelExport) -> String? {
    let progress = model.state.map {
      [["epochs", "\($0.progress.epoch)"], ["steps", "\($0.progress.step)"]]
    }
    let rows = (progress ?? []) + model.recipe.map(\.row)
    return rows.isEmpty ? nil : "## Training\n\n" + table(["what", "value"], rows)
  }

  private static func use(_ layout: ParameterLayout, exporting command: String) -> String {
    let isConditional = layout.configuration.labels > 0
    let inputs =
      isConditional
      ? "{\"z\": z[:, :\(layout.configuration.latent)], \"label\": label}" : "{\"z\": z}"
    return """
      ## Use

      ```python
      \(PythonExample.decoding("model.safetensors", layout, into: "pixels"))
      ```

      The same from `\(command)`:

      ```python
      import onnxruntime
      pixels = onnxruntime.InferenceSession("decoder.onnx").run(["pixels"], \(inputs))[0]
      ```

      """
  }
}

extension ModelCard {
  /// The losses and the speed of the last epoch that the run logged up to the checkpoint's step; nil where
  /// it logged none, or the model is not in a checkpoint.
  private static func results(_ model: borrowing ModelExport) -> String? {
    guard let directory = model.reference.directory, let state = model.state else { return nil }
    let run = FileSystem.parent(of: FileSystem.resolved(directory))
    guard let row = RunRecord(run).epochs.last(where: { $0.step <= state.progress.step })
    else { return nil }
    return
      "## Results after epoch \(row.epoch)\n\nMeans per image, in nats. "
      + LossWords(kind: model.layout.configuration.kind, recipe: state.recipe).pixels + "\n\n"
      + table(
        ["figure", "value"],
        [
          ["train loss", NumberText.fixed(row.trainLoss, 2)]
        ] + testLosses(row, hasParts: model.layout.configuration.kind.draws) + [
          ["images/s", NumberText.fixed(row.imagesPerSecond)], ["ranks", "\(row.ranks)"],
        ])
  }

  /// The losses of images that were not trained on; `hasParts` unless the model is a plain autoencoder, whose
  /// loss is its reconstruction.
  private static func testLosses(_ row: EpochRow, hasParts: Bool) -> [[String]] {
    let parts = [("its reconstruction", row.reconstruction), ("its KL divergence", row.kl)]
    let losses = [("validation loss", row.validationLoss), ("test loss", row.testLoss)]
    return (losses + (hasParts ? parts : [])).compactMap { name, loss in
      loss.map { [name, NumberText.fixed($0, 2)] }
    }
  }

  /// A table in Markdown, with a line's end after its last row.
  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    ([head, head.map { _ in "---" }] + rows)
      .map { "| \($0.joined(separator: " | ")) |\n" }.joined()
  }
}
