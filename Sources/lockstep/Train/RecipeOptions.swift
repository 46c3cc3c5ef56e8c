internal import ArgumentParser
internal import Checkpoints
internal import Engine
internal import Images
internal import Kernels
internal import VAE

/// What determines the model: see ``Recipe``.
///
/// A value may begin with a minus sign, so that an error about it names the number rather than an
/// unknown flag.
struct RecipeOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Images of a step over all ranks, not of each as in DDP. (default: 128)", valueName: "n"))
  var batchSize: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The optimizer's step length. (default: 1e-3)", valueName: "x"))
  var learningRate: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of all random numbers. (default: 1)", valueName: "n"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "What to train; conditional is told labels. (default: vae)", valueName: "kind"))
  var model: ModelKind?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Units of hidden layers, as in 200,100. (default: 400)", valueName: "n"))
  var hidden: LayerWidths?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Dimensions of the latent space. (default: 20)", valueName: "n"))
  var latent: Int?

  @Option(
    help: ArgumentHelp(
      "The format of matrix products; bf16 needs AVX-512 BF16. (default: fp32)", valueName: "format"
    ))
  var precision: Precision?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Weight of the divergence in the loss. (default: 1.0)", valueName: "x"))
  var beta: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Let the weight of the divergence grow from 0 over so many epochs, step by step. (default: 0)",
      valueName: "epochs", visibility: .hidden))
  var klWarmup: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Let the divergence of each latent dimension of each image cost nothing below so many nats. \
      (default: 0.0)
      """, valueName: "nats", visibility: .hidden))
  var freeBits: Double?

  @Option(
    help: ArgumentHelp(
      """
      elbo, iwae (Burda et al. 2015) or dreg (Tucker et al. 2019); with --importance-samples above 1, \
      iwae unless told otherwise. (default: elbo)
      """, valueName: "bound", visibility: .hidden))
  var objective: Objective.Bound?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Latents that are drawn of each image in a step. (default: 1)", valueName: "n",
      visibility: .hidden))
  var importanceSamples: Int?

  @Option(
    help: ArgumentHelp(
      "The function between layers, relu or tanh. (default: relu)", valueName: "name",
      visibility: .hidden))
  var activation: Activation?

  @Option(
    help: ArgumentHelp(
      "Where the last biases begin: uniform, or at the logits of the mean image. (default: uniform)",
      valueName: "uniform|mean", visibility: .hidden))
  var outputBias: OutputBias?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many labels a conditional model knows. (default: 10)", valueName: "n",
      visibility: .hidden))
  var classes: Int?

  @Option(
    help: ArgumentHelp(
      "How images are shown to the model. grey: as they are. static: black and white, each pixel drawn "
        + "once and for all with its grey value as the probability. dynamic: drawn anew in each epoch, and "
        + "as static for evaluation. Losses of grey pixels do not compare with others. (default: grey)",
      valueName: "protocol", visibility: .hidden))
  var pixels: PixelProtocol?

  /// Copies all flags; those that were not given are nil, which `request` takes for not given.
  func apply(to request: inout RunRequest) {
    request.batchSize = batchSize
    request.learningRate = learningRate
    request.seed = seed
    request.model = model
    request.hidden = hidden
    request.activation = activation
    request.classes = classes
    request.outputBias = outputBias
    request.objective = objective
    request.importanceSamples = importanceSamples
    request.beta = beta
    request.klWarmup = klWarmup
    request.freeBits = freeBits
    request.latent = latent
    request.precision = precision
    request.pixels = pixels
  }
}
