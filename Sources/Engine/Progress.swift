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

  /// The beginning.
  public init() {}
}

extension Progress {
  /// The beginning of the next epoch, where this is the end of one.
  var atNextEpoch: Progress {
    var next = Progress()
    (next.step, next.epoch) = (step, epoch + 1)
    return next
  }

  /// What is impossible about it for a run on `imageCount` images with `recipe`, in one sentence; nil where
  /// nothing is.
  func problem(_ recipe: Recipe, imageCount: Int) -> Sentence? {
    guard step >= 0, epoch >= 0, offset >= 0 else { return "the progress has a number below zero" }
    guard losses.reconstruction.isFinite, losses.divergence.isFinite else {
      return "the progress has losses that are not finite"
    }
    guard offset < imageCount else {
      return
        "the progress is \(offset) images into an epoch that has \(imageCount): begin the next epoch"
    }
    return offset.isMultiple(of: recipe.batchSize)
      ? nil : "the progress is \(offset) images into an epoch, where no batch of it begins"
  }
}

/// The two parts of the evidence lower bound, summed over images, in nats.
public struct LossSum: Equatable, Codable, Sendable {
  /// The summed cross-entropy of the pixels.
  public var reconstruction = 0.0

  /// The summed Kullback–Leibler divergence.
  public var divergence = 0.0

  /// How many images were summed over.
  public var count = 0

  /// Nothing yet.
  public init() {}

  /// Adds one image.
  public mutating func add(reconstruction: Double, divergence: Double) {
    self.reconstruction += reconstruction
    self.divergence += divergence
    count += 1
  }

  /// Adds another sum.
  public mutating func add(_ other: LossSum) {
    reconstruction += other.reconstruction
    divergence += other.divergence
    count += other.count
  }

  /// The mean per image; zero without images.
  public var mean: Loss {
    guard count > 0 else { return Loss(reconstruction: 0, divergence: 0) }
    return Loss(
      reconstruction: reconstruction / Double(count), divergence: divergence / Double(count))
  }
}

/// The negative evidence lower bound and its two parts, means per image, in nats.
public struct Loss: Equatable, Sendable {
  /// The mean cross-entropy of the pixels.
  public let reconstruction: Double

  /// The mean Kullback–Leibler divergence.
  public let divergence: Double

  /// A loss of these two parts.
  public init(reconstruction: Double, divergence: Double) {
    (self.reconstruction, self.divergence) = (reconstruction, divergence)
  }

  /// The negative evidence lower bound: the sum of both parts.
  public var total: Double { reconstruction + divergence }
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
