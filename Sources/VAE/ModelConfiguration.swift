/// The kind and the sizes of a model.
public struct ModelConfiguration: Equatable, Codable, Sendable {
  /// What the encoder gives, and what the model is told beside the image.
  public var kind: ModelKind

  /// The number of pixels of an image.
  public var pixels: Int

  /// The number of units in each hidden layer of the encoder; the decoder has the same layers in reverse
  /// order.
  public var hidden: LayerWidths

  /// The number of dimensions of the latent space.
  public var latent: Int

  /// The function between two layers.
  public var activation: Activation

  /// The number of labels that the encoder and the decoder of a conditional model are told apart by, each of
  /// them one more input; 0 in the other kinds.
  public var labels: Int

  /// A model of `kind`. The default sizes are those of PyTorch's public example: 784-400-20-400-784.
  public init(
    _ kind: ModelKind = .vae, pixels: Int = 784, hidden: LayerWidths = 400, latent: Int = 20,
    activation: Activation = .relu, labels: Int = 0
  ) {
    precondition((labels > 0) == (kind == .conditional), "\(kind) with \(labels) labels")
    (self.kind, self.pixels, self.hidden, self.latent) = (kind, pixels, hidden, latent)
    (self.activation, self.labels) = (activation, labels)
  }
}

/// The kinds of models.
public enum ModelKind: String, Codable, Sendable, CaseIterable {
  /// The variational autoencoder of Kingma and Welling, "Auto-Encoding Variational Bayes", 2013: the encoder
  /// gives the mean and the log variance of a normal distribution, which is drawn from and kept near the
  /// standard normal distribution.
  case vae
  /// A plain autoencoder: the encoder gives a code, and nothing keeps the codes near one another. Hinton and
  /// Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", 2006.
  case autoencoder
  /// A variational autoencoder whose encoder and decoder are told the image's label, as one input a label
  /// of which one is 1: Sohn, Lee, Yan, "Learning Structured Output Representation using Deep Conditional
  /// Generative Models", 2015; M2 without its classifier in Kingma et al., "Semi-supervised Learning with
  /// Deep Generative Models", 2014.
  case conditional

  /// Whether the encoder gives a distribution, from which a latent is drawn, rather than the latent itself.
  public var draws: Bool { self != .autoencoder }
}

/// The function between two layers of a model.
public enum Activation: String, Codable, Sendable, CaseIterable {
  /// The rectifier, max(x, 0).
  case relu
  /// The hyperbolic tangent.
  case tanh
}

extension ModelConfiguration {
  /// The outputs of the encoder for each image: means and log variances, or the code.
  public var moments: Int { kind.draws ? 2 * latent : latent }

  /// The inputs of the encoder: pixels, and labels.
  var encoderInputs: Int { pixels + labels }

  /// The inputs of the decoder: latents, and labels.
  var decoderInputs: Int { latent + labels }
}

extension ModelConfiguration {
  /// Reads what ``encode(to:)`` writes; earlier versions knew sizes alone.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    kind = try values.decodeIfPresent(ModelKind.self, forKey: .kind) ?? .vae
    pixels = try values.decode(Int.self, forKey: .pixels)
    hidden = try values.decode(LayerWidths.self, forKey: .hidden)
    latent = try values.decode(Int.self, forKey: .latent)
    activation = try values.decodeIfPresent(Activation.self, forKey: .activation) ?? .relu
    labels = try values.decodeIfPresent(Int.self, forKey: .labels) ?? 0
  }
}
