internal import ArgumentParser
internal import Checkpoints
internal import Engine

/// By which rule parameters change: see ``Recipe``.
struct OptimizerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "adam, adamw (Adam with decoupled weight decay) or sgd (with momentum), as in PyTorch. "
        + "(default: adam)", valueName: "rule", visibility: .hidden))
  var optimizer: OptimizerKind?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The term in the denominator of adam and adamw. (default: 1e-8)", valueName: "x",
      visibility: .hidden))
  var epsilon: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The decay of adamw, of all parameters, biases too: each step first multiplies them by one minus "
        + "the learning rate times this. (default: 1e-2)", valueName: "x", visibility: .hidden))
  var weightDecay: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The momentum of sgd, without dampening and not Nesterov's; PyTorch's own default is 0. "
        + "(default: 0.9)", valueName: "x", visibility: .hidden))
  var momentum: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Scale the gradient down to this Euclidean norm where its own is greater. (default: no limit)",
      valueName: "norm", visibility: .hidden))
  var clipGradient: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Take no step in which an image's loss is more than so many times the epoch's mean: --on-nonfinite says what "
        + "then. (default: no limit)",
      valueName: "times", visibility: .hidden))
  var lossLimit: Double?

  /// Copies all flags; those that were not given are nil, which `request` takes for not given.
  func apply(to request: inout RunRequest) {
    request.optimizer = optimizer
    request.epsilon = epsilon
    request.weightDecay = weightDecay
    request.momentum = momentum
    request.clipGradient = clipGradient
    request.lossLimit = lossLimit
  }
}
