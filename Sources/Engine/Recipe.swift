public import Kernels
package import Platform
public import VAE

/// All that determines the trained model, beside the data: what a resumed run must not change.
public struct Recipe: Equatable, Sendable {
  /// The kind of the model.
  public var model = ModelKind.vae

  /// How many units each hidden layer of the encoder has; the decoder has the same in reverse order.
  public var hidden: LayerWidths = 400

  /// How many dimensions the latent space has.
  public var latent = 20

  /// The function between two layers.
  public var activation = Activation.relu

  /// How many labels a conditional model knows: those below it.
  public var classes = 10

  /// Where the biases of the last layer begin.
  public var outputBias = OutputBias.uniform

  /// Which bound on log p(x) training raises.
  public var objective = Objective.Bound.elbo

  /// How many latents are drawn of each image in a step.
  public var importanceSamples = 1

  /// What the divergence is multiplied by in the loss: the β of Higgins et al. 2017.
  public var beta = 1.0

  /// Over how many epochs the divergence's weight grows from 0 to ``beta``, step by step: Bowman et al.,
  /// "Generating Sentences from a Continuous Space", 2016, and Sønderby et al., "Ladder Variational
  /// Autoencoders", 2016.
  public var klWarmup = 0

  /// The nats below which the divergence of a latent dimension costs nothing more.
  public var freeBits = 0.0

  /// How many images a step has, over all ranks: fewer at an epoch's end, and where the data have fewer.
  public var batchSize = 128

  /// Adam's step length.
  public var learningRate = 1e-3

  /// The seed from which order, noise and initial parameters are drawn.
  public var seed: UInt64 = 1

  /// The number format of the matrix products.
  public var precision = Precision.fp32

  /// The defaults, which are those of the VAE among PyTorch's public examples.
  public init() {}

  /// The model of this recipe for images of `pixels`.
  public func model(pixels: Int) -> ModelConfiguration {
    ModelConfiguration(
      model, pixels: pixels, hidden: hidden, latent: latent, activation: activation,
      labels: model == .conditional ? classes : 0)
  }
}

/// Where the biases of a decoder's last layer begin.
public enum OutputBias: String, Codable, Sendable, CaseIterable {
  /// Drawn like all parameters.
  case uniform
  /// At the logit of the mean of each pixel over the training images, which is kept in 0.001…0.999: an
  /// untrained model then gives the mean image. Burda et al. 2015 begin so.
  case mean
}

extension Recipe {
  private static let largest = 1 << 20

  /// The settings that are written to `state.json`, and at the top of `config.yaml`.
  package static let table = SettingTable<Recipe>([
    Setting(.model, \.model, absent: .means(.vae), label: .words(inLine: "", row: "model")),
    Setting(.hidden, \.hidden, absent: .error, check: .widths(of: 1...largest), label: .size),
    Setting(.latent, \.latent, absent: .error, check: .within(1...largest), label: .size),
    Setting(.activation, \.activation, absent: .means(.relu)),
    Setting(.classes, \.classes, absent: .means(10), check: .within(1...256)),
    Setting("output-bias", \.outputBias, absent: .means(.uniform)),
    Setting(.objective, \.objective, absent: .means(.elbo)),
    Setting(
      .importanceSamples, \.importanceSamples, absent: .means(1), check: .within(1...1 << 16)),
    Setting(.beta, \.beta, absent: .means(1), check: .float(0..., asIn: "4")),
    Setting(.klWarmup, \.klWarmup, absent: .means(0), check: .within(0...1 << 30)),
    Setting(.freeBits, \.freeBits, absent: .means(0), check: .float(0..., asIn: "0.5")),
    Setting(
      .batchSize, \.batchSize, absent: .error, check: .within(1...largest),
      label: .words(inLine: "batch", row: "batch, over all ranks")),
    Setting(
      .learningRate, \.learningRate, absent: .error,
      check: .float(.leastNonzeroMagnitude..., asIn: "1e-3"),
      label: .words(
        inLine: "learning rate", row: "optimizer", beforeValue: "Adam, learning rate")),
    Setting("seed", \.seed, absent: .error),
    Setting(
      .precision, \.precision, absent: .error,
      label: .words(inLine: "", row: "products")),
  ])
}

extension Recipe {
  /// The first setting whose value differs from `other`'s, with both values; nil where all agree.
  package func difference(
    from other: Recipe
  ) -> (name: SettingName, mine: String, other: String)? {
    Self.table.settings.first { $0.differs(self, other) }.map {
      ($0.name, $0.value(in: self).shown ?? "", $0.value(in: other).shown ?? "")
    }
  }
}

extension Recipe: Codable {
  /// Reads the keys of the recipe, whatever others there are.
  public init(from decoder: any Decoder) throws {
    self.init()
    try Self.table.decode(&self, from: decoder)
  }

  /// Writes the keys of the recipe.
  public func encode(to encoder: any Encoder) throws {
    try Self.table.encode(self, to: encoder)
  }
}
