/// How an epoch falls into batches; the last one is smaller where the division leaves a remainder.
package struct BatchSchedule: Sendable {
  /// The number of images in an epoch.
  package let imageCount: Int

  /// The images of a full batch, over all ranks.
  package let batchSize: Int

  /// A schedule of `imageCount` images, `batchSize` at a time.
  package init(imageCount: Int, batchSize: Int) {
    precondition(imageCount > 0 && batchSize > 0, "an epoch and its batches have images")
    self.imageCount = imageCount
    self.batchSize = batchSize
  }

  /// The number of batches in an epoch.
  package var batchCount: Int { (imageCount + batchSize - 1) / batchSize }

  /// The sizes of the batches of an epoch that goes on from `offset`, and of whole ones.
  package func sizes(from offset: Int) -> Set<Int> {
    let (rest, whole) = (imageCount - offset, imageCount)
    return [min(batchSize, whole), (rest - 1) % batchSize + 1, (whole - 1) % batchSize + 1]
  }

  /// The positions in the epoch of the batch that begins at `offset`.
  package func positions(from offset: Int) -> Range<Int> {
    precondition(
      (0..<imageCount).contains(offset), "an epoch of \(imageCount) images has no offset \(offset)")
    return offset..<min(offset + batchSize, imageCount)
  }
}
