internal import Checkpoints
internal import VAE

extension ModelConfiguration {
  /// Whose names the model's tensors have, as a part of a sentence: those of the example belong to two hidden
  /// layers and what lies between.
  var tensorNames: String {
    let isExample =
      self == ModelConfiguration(pixels: pixels, hidden: hidden, latent: latent)
      && hidden.all.count == 1
    return isExample ? "the names of PyTorch's public VAE example" : "PyTorch's names"
  }

  /// The distribution whose mean is a code; nil in a plain autoencoder, which gives codes alone.
  var posteriorName: String? {
    switch kind {
    case .vae: "q(z|x)"
    case .autoencoder: nil
    case .conditional: "q(z|x, label)"
    }
  }

  /// What a likelihood of an image is of: p(x), in a conditional model p(x | label).
  var likelihoodName: String { kind == .conditional ? "log p(x | label)" : "log p(x)" }
}
