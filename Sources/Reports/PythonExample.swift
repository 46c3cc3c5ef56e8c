internal import VAE

/// Lines of Python that use a model's file, for the model card and the report.
enum PythonExample {
  /// Lines that read the file `model` and decode 16 draws from the prior into the array `images`.
  ///
  /// `latent` is a Python expression for the number of latents, which may use the dictionary `t` of the
  /// model's tensors.
  static func decoding(_ model: String, latent: String, into images: String) -> String {
    """
    import numpy as np
    from safetensors.numpy import load_file

    t = load_file("\(model)")
    z = np.random.default_rng().standard_normal((16, \(latent)), np.float32)
    hidden = np.maximum(\(linear(.decoderHidden, of: "z")), 0)
    \(images) = 1 / (1 + np.exp(-(\(linear(.logits, of: "hidden")))))
    """
  }

  /// The Python expression for the number of latents of the model whose tensors are in `t`.
  static let latentOfModel = "t[\"\(PyTorchLayer.decoderHidden.weight)\"].shape[1]"

  private static func linear(_ layer: PyTorchLayer, of input: String) -> String {
    "\(input) @ t[\"\(layer.weight)\"].T + t[\"\(layer.bias)\"]"
  }
}
