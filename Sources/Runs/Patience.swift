internal import Checkpoints
internal import Engine
package import Platform

/// The end of a run whose loss has not become less for some epochs, as of `EarlyStopping` in Keras.
package struct Patience: Sendable {
  /// Why the run has ended, as the rest of a sentence.
  package let reason: Sentence

  /// The end of a run with `configuration` at `progress`, whose best epoch was `best`; nil where the run goes
  /// on.
  init?(_ configuration: RunConfiguration, _ best: BestEpoch?, at progress: Progress) {
    guard configuration.patience > 0, let best,
      progress.epoch - best.epoch >= configuration.patience
    else { return nil }
    let images = DecidingImages(configuration.recipe, nil).name
    reason =
      "the \(images) loss has not become less since epoch \(best.epoch), for \(progress.epoch - best.epoch) "
      + "\(progress.epoch - best.epoch == 1 ? "epoch" : "epochs")"
  }
}

extension TrainingRun {
  /// The end by patience, where the run has come to it before its last epoch; the same on all ranks.
  var patience: Patience? {
    guard trainer.progress.epoch < configuration.epochs else { return nil }
    return Patience(configuration, best, at: trainer.progress)
  }
}

extension RunPlan {
  /// Forgets the best epoch, and what a schedule has seen of losses, where these do not compare with those of
  /// `data`.
  mutating func forgetLosses(unlessOf data: DataFingerprint) {
    let found = DecidingImages(configuration.recipe, data)
    guard !found.compare(with: decidingImages) else { return }
    best = nil
    progress.forgetValidationLosses()
  }

  /// Makes sure that a run with patience has images with the loss of which it can end.
  ///
  /// - Throws: `Failure` with `usage`.
  func requireImagesForPatience(_ data: DataFingerprint) throws {
    guard configuration.patience > 0, configuration.recipe.validation == 0, data.test == nil
    else { return }
    throw Failure(
      .usage,
      "\(setting: .patience, configuration.patience) needs a loss that can stop falling, and "
        + "\(configuration.data) has no test images: hold some out of the training images with \(setting: .validation), or leave it out"
    )
  }
}
