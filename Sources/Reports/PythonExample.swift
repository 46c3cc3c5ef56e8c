internal import VAE

/// Lines of Python that use a model's file, for the model card and the report.
enum PythonExample {
  /// Lines that read the file `model` of the layers of `layout` and decode 16 draws from the prior into the
  /// array `images`.
  static func decoding(_ model: String, _ layout: ParameterLayout, into images: String) -> String {
    let sizes = layout.configuration
    var lines = """
      import numpy as np
      from safetensors.numpy import load_file

      t = load_file("\(model)")
      z = np.random.default_rng().standard_normal((16, \(sizes.latent)), np.float32)

      """
    if sizes.kind == .autoencoder {
      lines += """
        # Nothing keeps codes near these draws: they may mean nothing, unlike the codes of images.

        """
    }
    if sizes.labels > 0 {
      lines += """
        label = np.eye(\(sizes.labels), dtype=np.float32)[np.arange(16) % \(sizes.labels)]
        z = np.concatenate([z, label], 1)

        """
    }
    var input = "z"
    for number in layout.decoderLayers.dropLast() {
      let product = linear(layout.parts(of: number)[0].name, of: input)
      let outputs =
        switch sizes.activation {
        case .relu: "np.maximum(\(product), 0)"
        case .tanh: "np.tanh(\(product))"
        }
      lines += "hidden = \(outputs)\n"
      input = "hidden"
    }
    let logits = linear(layout.parts(of: layout.layers.count - 1)[0].name, of: input)
    return lines + "\(images) = 1 / (1 + np.exp(-(\(logits))))"
  }

  private static func linear(_ layer: String, of input: String) -> String {
    "\(input) @ t[\"\(layer).weight\"].T + t[\"\(layer).bias\"]"
  }
}
