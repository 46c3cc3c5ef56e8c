package import Engine

/// The epoch of a run with the least loss of the images that decide.
package struct BestEpoch: Codable, Equatable, Sendable {
  /// How many epochs were completed.
  package var epoch: Int

  /// The mean loss of the images that decide, in nats.
  package var loss: Double

  /// The epoch number `epoch`, with `loss`.
  package init(epoch: Int, loss: Double) { (self.epoch, self.loss) = (epoch, loss) }

  /// The better of `earlier`, if there was one, and the epoch number `epoch` with `loss`: of two with the
  /// same loss, the earlier.
  package static func better(_ earlier: BestEpoch?, epoch: Int, loss: Double) -> BestEpoch {
    if let earlier, earlier.loss <= loss { return earlier }
    return BestEpoch(epoch: epoch, loss: loss)
  }
}

/// The images whose loss decides which checkpoint of a run is the best: those that are held out for
/// validation or, where none are, the test images.
package struct DecidingImages: Equatable, Sendable {
  /// Whether they are held out of the training images.
  package let areHeldOut: Bool

  /// The digest of the images that they are, or are held out of; nil where nothing tells.
  private let digest: String?

  /// Those of a run with `recipe` on `data`.
  package init(_ recipe: Recipe, _ data: DataFingerprint?) {
    areHeldOut = recipe.validation > 0
    digest = areHeldOut ? data?.train : data?.test
  }

  /// The word for them, as in "the test loss".
  package var name: String { areHeldOut ? "validation" : "test" }

  /// Whether losses of these images compare with losses of `others`. Where nothing tells which images these
  /// are, as in checkpoints of earlier versions, they are taken for the same.
  package func compare(with others: DecidingImages) -> Bool {
    areHeldOut == others.areHeldOut
      && (digest == nil || others.digest == nil || digest == others.digest)
  }

  /// The loss in `state` of these images; nil where the state has none, or that of other images.
  func loss(in state: CheckpointState) -> Double? {
    guard compare(with: DecidingImages(state.recipe, state.data)) else { return nil }
    return areHeldOut ? state.validationLoss : state.testLoss
  }
}

extension CheckpointState {
  /// The images that decide.
  var decidingImages: DecidingImages { DecidingImages(recipe, data) }
}
