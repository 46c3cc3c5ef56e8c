internal import ArgumentParser
internal import Checkpoints
internal import Engine
internal import Kernels

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
    help: ArgumentHelp("Adam's step length. (default: 1e-3)", valueName: "x"))
  var learningRate: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of all random numbers. (default: 1)", valueName: "n"))
  var seed: UInt64?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Units of each hidden layer. (default: 400)", valueName: "n"))
  var hidden: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Dimensions of the latent space. (default: 20)", valueName: "n"))
  var latent: Int?

  @Option(
    help: ArgumentHelp(
      "The format of matrix products; bf16 needs AVX-512 BF16. (default: fp32)", valueName: "format"
    ))
  var precision: Precision?

  /// Copies all flags; those that were not given are nil, which `request` takes for not given.
  func apply(to request: inout RunRequest) {
    request.batchSize = batchSize
    request.learningRate = learningRate
    request.seed = seed
    request.hidden = hidden
    request.latent = latent
    request.precision = precision
  }
}
