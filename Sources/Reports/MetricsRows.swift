package import Engine

/// A row of `metrics.jsonl` about one step.
package struct StepRow: Codable, Sendable {
  private(set) var kind = "step"
  /// The epoch under way, counted from 1.
  package var epoch: Int
  /// Steps taken.
  package var step: Int
  /// The batch's mean loss in nats, which the step lowers: ``reconstruction`` + ``kl`` in the evidence lower
  /// bound, with ``klWeight`` and free nats in the divergence; the bound itself in an importance-weighted
  /// one.
  package var loss: Double
  /// The batch's mean cross-entropy of the pixels in nats.
  package var reconstruction: Double
  /// The batch's mean Kullback–Leibler divergence in nats.
  package var kl: Double
  /// The Euclidean norm of the gradient of ``loss`` with which the step was taken; nil where the square of
  /// an element of the gradient overflows a float.
  package var gradientNorm: Double?
  /// What the divergence counted in ``loss``; nil where it is no term of its own: in a plain autoencoder, and
  /// in an importance-weighted bound.
  package var klWeight: Double?
  /// The learning rate with which the step was taken; nil in rows of earlier versions.
  package var learningRate: Double?

  /// A row about a batch with the mean losses `loss`.
  package init(
    epoch: Int, step: Int, loss: Loss, gradientNorm: Double?, learningRate: Double? = nil
  ) {
    (self.epoch, self.step, self.gradientNorm) = (epoch, step, gradientNorm)
    self.learningRate = learningRate
    self.loss = loss.total
    (reconstruction, kl) = (loss.reconstruction, loss.divergence)
  }

  enum CodingKeys: String, CodingKey {
    case kind, epoch, step, loss, reconstruction, kl
    case gradientNorm = "gradient_norm"
    case klWeight = "kl_weight"
    case learningRate = "learning_rate"
  }
}

/// A row of `metrics.jsonl` about a batch that was passed over, since a loss was not finite or beyond the
/// limit; or about steps that are made again, since the run has gone back to a checkpoint.
package struct TroubleRow: Codable, Sendable {
  /// What happened.
  package enum Kind: String, Codable, Sendable { case skip, rollback }

  /// What happened.
  package let kind: Kind
  /// The epoch under way, counted from 1.
  package let epoch: Int
  /// The step that was passed over; or the steps taken by the checkpoint.
  package let step: Int
  /// In a rollback, the last step that was taken before.
  package var from: Int?
  /// What was wrong.
  package let reason: String

  /// A row of these values.
  package init(_ kind: Kind, epoch: Int, step: Int, from: Int? = nil, reason: String) {
    (self.kind, self.epoch, self.step, self.from, self.reason) = (kind, epoch, step, from, reason)
  }
}

/// A row of `metrics.jsonl` about one epoch. A value that an earlier version did not write is nil in rows
/// of that version.
package struct EpochRow: Codable, Sendable {
  private(set) var kind = "epoch"
  /// Epochs completed.
  package var epoch: Int
  /// Steps taken.
  package var step: Int
  /// The mean loss of the epoch's images, in nats, each at the step in which it was trained on.
  package var trainLoss: Double
  /// The mean loss of the test images after the epoch, in nats; nil where there are no test images.
  package var testLoss: Double?
  /// The part of ``testLoss`` that is cross-entropy of the pixels; nil where there are no test images.
  package var reconstruction: Double?
  /// The part of ``testLoss`` that is Kullback–Leibler divergence; nil where there are no test images.
  package var kl: Double?
  /// Images trained on each second, over all ranks, since the epoch began or was resumed.
  package var imagesPerSecond = 0.0
  /// The seconds, by the clock of the rank that took longest, of this job's steps in the epoch and of what
  /// happens between the steps, as writing rows and saving; what happens at the epoch's end, as evaluating,
  /// is left out.
  package var seconds = 0.0
  /// The number of ranks.
  package var ranks: Int
  /// The part of ``trainLoss`` that is cross-entropy of the pixels.
  package var trainReconstruction: Double?
  /// The part of ``trainLoss`` that is Kullback–Leibler divergence.
  package var trainKL: Double?
  /// By rank: how many of the ``seconds`` it waited for others in steps; see ``StageTimes/waited``.
  package var waitingSeconds: [Double]?
  /// The learning rate of the epoch's last step.
  package var learningRate: Double?

  /// How many of the epoch's batches were passed over; nil for none.
  package var passedOver: Int?

  /// The mean loss of the validation images after the epoch, in nats; nil where none are held out.
  package var validationLoss: Double?
  /// The part of ``validationLoss`` that is cross-entropy of the pixels.
  package var validationReconstruction: Double?
  /// The part of ``validationLoss`` that is Kullback–Leibler divergence.
  package var validationKL: Double?

  /// A row about an epoch that ended with the mean losses `trained` and, where there are test or validation
  /// images, `tested` and `validated`.
  package init(
    epoch: Int, step: Int, ranks: Int, trained: Loss, tested: Loss?, validated: Loss? = nil
  ) {
    (self.epoch, self.step, self.ranks) = (epoch, step, ranks)
    trainLoss = trained.total
    (trainReconstruction, trainKL) = (trained.reconstruction, trained.divergence)
    testLoss = tested?.total
    (reconstruction, kl) = (tested?.reconstruction, tested?.divergence)
    validationLoss = validated?.total
    (validationReconstruction, validationKL) = (validated?.reconstruction, validated?.divergence)
  }

  enum CodingKeys: String, CodingKey {
    case kind, epoch, step
    case trainLoss = "train_loss"
    case testLoss = "test_loss"
    case reconstruction, kl
    case imagesPerSecond = "images_per_second"
    case seconds, ranks
    case trainReconstruction = "train_reconstruction"
    case passedOver = "passed_over"
    case trainKL = "train_kl"
    case waitingSeconds = "waiting_seconds"
    case learningRate = "learning_rate"
    case validationLoss = "validation_loss"
    case validationReconstruction = "validation_reconstruction"
    case validationKL = "validation_kl"
  }
}
