public import Images
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

  /// The optimizer's step length.
  public var learningRate = 1e-3

  /// The seed from which order, noise and initial parameters are drawn.
  public var seed: UInt64 = 1

  /// The number format of the matrix products.
  public var precision = Precision.fp32

  /// By which rule parameters change.
  public var optimizer = OptimizerKind.adam

  /// The term in the denominator of Adam and AdamW.
  public var epsilon = 1e-8

  /// AdamW's decay: a step first multiplies every parameter by 1 − ``learningRate`` × this.
  public var weightDecay = 1e-2

  /// The share of its momentum buffer that a step of SGD keeps.
  public var momentum = 0.9

  /// How ``learningRate`` goes from step to step.
  public var schedule = LearningRateSchedule.constant

  /// The steps, from the first on, in which the learning rate rises to ``learningRate``.
  public var warmupSteps = 0

  /// The epochs at whose end the rate of a cosine schedule is zero; nil where the schedule is another, and
  /// where a run takes its number of epochs.
  public var scheduleEpochs: Int?

  /// The epochs after which the rate of a schedule of steps is multiplied.
  public var milestones = Milestones()

  /// The epochs in a row without a lesser validation loss after which the rate of a plateau schedule is
  /// multiplied.
  public var plateauEpochs = 10

  /// What a schedule of steps, or a plateau schedule, multiplies the rate by.
  public var decayFactor = 0.1

  /// The Euclidean norm to which the whole gradient, a mean over the batch, is scaled down where its norm is
  /// greater; nil where it is not clipped.
  public var clipGradient: Double?

  /// How many times the mean loss of the epoch's steps so far, or in its first of the epoch before, the loss
  /// of an image may be; a step in which one is more is not taken. Nil for no limit, and none is in the very
  /// first step.
  public var lossLimit: Double?

  /// How many of the images, the last, are not trained on, so that their loss can tell which of a run's
  /// models is best.
  public var validation = 0

  /// How images are shown to the model.
  public var pixels = PixelProtocol.grey

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

  /// Of use to models that draw latents.
  private static let drawing = SettingUse<Recipe>.only(
    with: .model, \.model, is: .vae, .conditional, isAlwaysTold: false)

  /// Of use where the divergence is a term of the loss.
  private static let weighing = drawing.and(
    .only(with: .objective, \.objective, is: .elbo))

  /// The settings that are written to `state.json`, and at the top of `config.yaml`.
  package static let table = SettingTable<Recipe>([
    Setting(.model, \.model, absent: .means(.vae), label: .words(inLine: "", row: "model")),
    Setting(.hidden, \.hidden, absent: .error, check: .widths(of: 1...largest), label: .size),
    Setting(.latent, \.latent, absent: .error, check: .within(1...largest), label: .size),
    Setting(.activation, \.activation, absent: .means(.relu)),
    Setting(
      .classes, \.classes, absent: .means(10), check: .within(1...256),
      use: .only(with: .model, \.model, is: .conditional)),
    Setting(.outputBias, \.outputBias, absent: .means(.uniform)),
    Setting(.objective, \.objective, absent: .means(.elbo), use: drawing),
    Setting(
      .importanceSamples, \.importanceSamples, absent: .means(1), check: .within(1...1 << 16),
      use: drawing),
    Setting(
      .beta, \.beta, absent: .means(1), check: .float(0..., asIn: "4"), use: weighing),
    Setting(
      .klWarmup, \.klWarmup, absent: .means(0), check: .within(0...1 << 30), use: weighing),
    Setting(
      .freeBits, \.freeBits, absent: .means(0), check: .float(0..., asIn: "0.5"), use: weighing),
    Setting(
      .batchSize, \.batchSize, absent: .error, check: .within(1...largest),
      label: .words(inLine: "batch", row: "batch, over all ranks")),
    Setting(
      .learningRate, \.learningRate, absent: .error,
      check: .float(.leastNonzeroMagnitude..., asIn: "1e-3")),
    Setting("seed", \.seed, absent: .error),
    Setting(
      .precision, \.precision, absent: .error,
      label: .words(inLine: "", row: "products")),
    Setting(
      .optimizer, \.optimizer, absent: .means(.adam),
      label: .words(inLine: "", row: "optimizer"), use: .told),
    Setting(
      "epsilon", \.epsilon, absent: .means(1e-8), check: .float(0..., asIn: "1e-8"),
      use: .only(with: .optimizer, \.optimizer, is: .adam, .adamW, isAlwaysTold: false)),
    Setting(
      "weight-decay", \.weightDecay, absent: .means(1e-2), check: .float(0..., asIn: "1e-2"),
      use: .only(with: .optimizer, \.optimizer, is: .adamW)),
    Setting(
      "momentum", \.momentum, absent: .means(0.9), check: .share,
      use: .only(with: .optimizer, \.optimizer, is: .sgd)),
    Setting(.schedule, \.schedule, absent: .means(.constant)),
    Setting(
      "warmup-steps", \.warmupSteps, absent: .means(0), check: .within(0...1 << 30)),
    Setting(
      .scheduleEpochs, \.scheduleEpochs, absent: .means(nil), check: .number(from: 1, to: 1 << 30),
      use: .only(with: .schedule, \.schedule, is: .cosine)),
    Setting(
      .milestones, \.milestones, absent: .means(Milestones()),
      use: .only(with: .schedule, \.schedule, is: .step)),
    Setting(
      .plateauEpochs, \.plateauEpochs, absent: .means(10), check: .within(1...1 << 30),
      use: .only(with: .schedule, \.schedule, is: .plateau)),
    Setting(
      "decay-factor", \.decayFactor, absent: .means(0.1),
      check: .float(.leastNonzeroMagnitude..., asIn: "0.1"),
      use: .only(with: .schedule, \.schedule, is: .step, .plateau)),
    Setting(
      "clip-gradient", \.clipGradient, absent: .means(nil),
      check: .float(.leastNonzeroMagnitude..., asIn: "10")),
    Setting(
      .lossLimit, \.lossLimit, absent: .means(nil), check: .float(1.0..., asIn: "10")),
    Setting(
      .validation, \.validation, absent: .means(0), check: .within(0...1 << 30),
      label: .words(inLine: "validation", row: "images held out for validation")),
    Setting(.pixels, \.pixels, absent: .means(.grey)),
  ])
}

extension Recipe {
  /// The first setting that has a meaning in either and whose value differs from `other`'s, with both values;
  /// nil where all agree.
  package func difference(
    from other: Recipe
  ) -> (name: SettingName, mine: String, other: String)? {
    Self.table.settings.first {
      $0.differs(self, other) && ($0.use.applies(self) || $0.use.applies(other))
    }.map {
      ($0.name, $0.value(in: self).shown ?? "none", $0.value(in: other).shown ?? "none")
    }
  }
}

extension Recipe: Codable {
  /// Reads the keys of the recipe, whatever others there are.
  public init(from decoder: any Decoder) throws {
    self.init()
    try Self.table.decode(&self, from: decoder)
  }

  /// Writes the keys of the recipe, without those that are left to their usual values: so the state of a
  /// checkpoint can be read by the versions that know the settings it has.
  public func encode(to encoder: any Encoder) throws {
    try Self.table.encode(self, to: encoder, isSparse: true)
  }
}
