internal import ArgumentParser
internal import Checkpoints
internal import Engine

/// Which images tell how good a model is, and when it is good enough.
struct ValidationOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Train on all but the last n training images; the best checkpoint is then the one with the least "
        + "loss of these, and the test images only report. (default: 0)", valueName: "n",
      visibility: .hidden))
  var validation: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "End once the loss of the validation images, or else of the test images, has not become less for "
        + "so many epochs; 0 is never. (default: 0)", valueName: "epochs", visibility: .hidden))
  var patience: Int?

  /// Copies all flags; those that were not given are nil, which `request` takes for not given.
  func apply(to request: inout RunRequest) {
    request.validation = validation
    request.patience = patience
  }
}
