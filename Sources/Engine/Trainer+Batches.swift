internal import Kernels
internal import VAE

// Where training stands, and the batch that comes next.

extension Trainer {
  /// What the loss of an image may be in the next step, in nats; nil for no limit.
  var lossLimit: Double? {
    guard let factor = recipe.lossLimit else { return nil }
    let isFirst = progress.losses.count == 0
    return (isFirst ? progress.lastMean : progress.losses.mean.total).map { factor * $0 }
  }

  /// Goes on after the epoch's next batch without a step on it, which counts as one all the same. Every rank
  /// must call this; it sends nothing.
  package mutating func passOver() {
    progress.step += 1
    progress.offset = nextBatch().batch.upperBound
    progress.passedOver = (progress.passedOver ?? 0) + 1
  }

  /// The positions of the epoch's next batch, and the part of them whose samples the team's memory holds.
  func nextBatch() -> (batch: Range<Int>, held: Range<Int>) {
    let batch = batches.positions(from: progress.offset)
    return (batch, exchanges.plan.holdsWholeBatch ? batch : ownPositions(in: batch))
  }

  /// The positions of `batch` that this rank's team computes.
  func ownPositions(in batch: Range<Int>) -> Range<Int> {
    team.layout.positions(
      ofTeam: team.layout.team, in: batch, divided: exchanges.plan.division)
  }

  /// What the parts of the loss of `batch` count in the next step.
  func lossWeights(of batch: Range<Int>) -> LossWeights {
    LossWeights(
      scale: 1 / Float(batch.count), divergence: Float(divergenceWeight(step: progress.step + 1)))
  }

  /// Takes note of the mean loss of ``validation`` after the epoch that is complete, in nats: a plateau
  /// schedule looks at it, others do not. To be called once an epoch, on every rank with the same value.
  public mutating func note(validationLoss loss: Double) {
    precondition(isEpochComplete, "a validation loss is that of a whole epoch")
    progress.note(validationLoss: loss, for: recipe)
  }

  /// Begins the next epoch, with draws of its own. Every rank must call this; it sends nothing.
  public mutating func beginNextEpoch() {
    progress = progressAtNextEpoch
    draws = EpochDraws(recipe, dataset, at: progress)
  }
}
