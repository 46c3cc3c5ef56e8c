internal import Platform

/// Where a run stands: all that is needed, beside the recipe and the tensors, to go on from here.
public struct Progress: Equatable, Codable, Sendable {
  /// How many optimizer steps were taken since the beginning.
  public var step = 0

  /// How many epochs are completed.
  public var epoch = 0

  /// How many positions of the epoch under way have been trained on.
  public var offset = 0

  /// The losses, summed over the positions before ``offset``.
  public var losses = LossSum()

  /// The mean loss of the epoch before, where ``Recipe/lossLimit`` needs it.
  var lastMean: Double?

  /// How many of the epoch's batches were passed over, whose positions are before ``offset`` and whose losses
  /// are not in ``losses``; nil for none.
  public internal(set) var passedOver: Int?

  /// What a plateau schedule has seen; nil where the schedule is another, and before the first epoch's end.
  public internal(set) var plateau: Plateau?

  /// The beginning.
  public init() {}
}

extension Progress {
  /// Takes note of the validation `loss` of the epoch that is complete, which the schedule of `recipe` may
  /// look at.
  mutating func note(validationLoss loss: Double, for recipe: Recipe) {
    guard recipe.schedule == .plateau else { return }
    var seen = plateau ?? Plateau()
    seen.note(loss, patience: recipe.plateauEpochs)
    plateau = seen
  }

  /// Forgets the validation losses so far, where those to come are of other images.
  package mutating func forgetValidationLosses() { plateau?.forgetLosses() }

  /// The beginning of the next epoch, where this is the end of one.
  var atNextEpoch: Progress {
    var next = Progress()
    (next.step, next.epoch, next.plateau) = (step, epoch + 1, plateau)
    return next
  }

  /// What is impossible about it for a run on `imageCount` images with `recipe`, in one sentence; nil where
  /// nothing is.
  func problem(_ recipe: Recipe, imageCount: Int) -> Sentence? {
    guard step >= 0, epoch >= 0, offset >= 0 else { return "the progress has a number below zero" }
    guard losses.isFinite else {
      return "the progress has losses that are not finite"
    }
    guard lastMean.map({ $0.isFinite && $0 >= 0 }) ?? true else {
      return "the progress has an impossible mean loss"
    }
    guard plateau?.isPossible(after: epoch) ?? true else {
      return "the progress has an impossible plateau"
    }
    guard offset < imageCount else {
      return
        "the progress is \(offset) images into an epoch that has \(imageCount): begin the next epoch"
    }
    return offset.isMultiple(of: recipe.batchSize)
      ? nil : "the progress is \(offset) images into an epoch, where no batch of it begins"
  }
}

/// How an epoch is cut into batches; the last batch is smaller where the division leaves a
/// remainder.
package struct BatchSchedule: Sendable {
  /// How many images an epoch has.
  package let imageCount: Int

  /// How many images a full batch has, over all ranks.
  package let batchSize: Int

  /// A schedule of `imageCount` images, `batchSize` at a time.
  package init(imageCount: Int, batchSize: Int) {
    precondition(imageCount > 0 && batchSize > 0, "an epoch and its batches have images")
    self.imageCount = imageCount
    self.batchSize = batchSize
  }

  /// How many batches an epoch has.
  package var batchCount: Int { (imageCount + batchSize - 1) / batchSize }

  /// The sizes that batches have in an epoch that is resumed at `offset`, and in whole epochs.
  package func sizes(from offset: Int) -> Set<Int> {
    let (rest, whole) = (imageCount - offset, imageCount)
    return [min(batchSize, whole), (rest - 1) % batchSize + 1, (whole - 1) % batchSize + 1]
  }

  /// The positions of the batch that begins at `offset`, which must be a position of the epoch.
  package func positions(from offset: Int) -> Range<Int> {
    precondition(
      (0..<imageCount).contains(offset), "an epoch of \(imageCount) images has no offset \(offset)")
    return offset..<min(offset + batchSize, imageCount)
  }
}
