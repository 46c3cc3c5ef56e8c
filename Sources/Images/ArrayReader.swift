internal import Kernels
internal import Platform

/// Images that are in one array, and labels that are in another or nowhere.
final class ArrayReader: ImageReader {
  let shape: Dataset.Shape

  private let images: any StoredArray
  private let labels: (any StoredArray)?
  private let share: Share
  /// What to do about labels that cannot be used.
  private let advice: Sentence
  /// How many images the array has.
  private let total: Int

  /// Will read the images of `share`. `labels` opens the array of labels, or returns nil where there is none;
  /// `advice` is what to do about labels that cannot be used.
  ///
  /// - Throws: what `labels` throws, and `DataError` where there are not as many labels as images.
  init(
    _ images: any StoredArray, _ share: Share, advice: Sentence = DataError.withoutLabels,
    labels: () throws -> (any StoredArray)?
  ) throws {
    let sizes = images.dimensions
    self.labels = try Self.advising(advice) {
      guard let labels = try labels() else { return nil }
      guard labels.dimensions[0] == sizes[0] else {
        throw DataError.malformed(
          labels.path, at: labels.countOffset,
          problem:
            "there are \(labels.dimensions[0]) labels for the \(sizes[0]) images of \(images.path)")
      }
      return labels
    }
    shape = Dataset.Shape(
      count: share.count(of: sizes[0]), rows: sizes[1], columns: sizes[2],
      hasLabels: self.labels != nil)
    (self.images, self.share, self.advice, total) = (images, share, advice, sizes[0])
  }

  /// Does `work` on labels, and gives `advice` where they are malformed.
  private static func advising<Result>(
    _ advice: Sentence, _ work: () throws -> Result
  ) throws -> Result {
    do {
      return try work()
    } catch let error as DataError where error.kind == .malformed {
      throw error.advising(advice)
    }
  }

  func read(into dataset: Dataset) throws {
    if let labels {
      try Self.advising(advice) {
        try dataset.labels.withMutableSpan { try read(labels, into: &$0) }
      }
    }
    try readImages(into: dataset.images)
    try images.finish()
  }

  private func read(
    _ labels: any StoredArray, into kept: inout MutableSpan<UInt8>
  ) throws {
    guard kept.count < total else { return try labels.readLabels(into: &kept) }
    var all = [UInt8](repeating: 0, count: total)
    var span = all.mutableSpan
    try labels.readLabels(into: &span)
    var count = 0
    for index in 0..<total where share.contains(index) {
      kept[count] = all[index]
      count += 1
    }
  }

  private func readImages(into kept: Bytes) throws {
    guard shape.count < total else {
      return try kept.withMutableSpan { try images.readPixels(into: &$0) }
    }
    let size = shape.pixelCount
    var passedOver = [UInt8](repeating: 0, count: size)
    var count = 0
    for index in 0..<total {
      if share.contains(index) {
        try kept[count * size..<(count + 1) * size].withMutableSpan {
          try images.readPixels(into: &$0)
        }
        count += 1
      } else {
        var span = passedOver.mutableSpan
        try images.readPixels(into: &span)
      }
    }
  }
}
