/// Images and their labels.
///
/// Pixels stay the bytes they are in the files, a quarter of what floats would take.
public struct Dataset: Sendable, Equatable {
  /// One of the two parts that MNIST comes in.
  public enum Split: String, Sendable, CaseIterable {
    /// 60,000 images to learn from.
    case train
    /// 10,000 images to judge by.
    case test
  }

  /// All pixels, 0 black to 255 white; shape (count, rows, columns), row-major.
  public let images: [UInt8]
  /// What each image shows, 0 to 9; shape (count).
  public let labels: [UInt8]
  /// The height of an image in pixels: 28 in MNIST.
  public let rows: Int
  /// The width of an image in pixels: 28 in MNIST.
  public let columns: Int

  /// How many images there are; never zero.
  public var count: Int { labels.count }
  /// How many pixels an image has: 784 in MNIST.
  public var pixelCount: Int { rows * columns }

  /// A data set of pixels that are in memory already, in the order `images` has them.
  public init(images: [UInt8], labels: [UInt8], rows: Int, columns: Int) {
    precondition(!labels.isEmpty, "a data set has one image at least")
    precondition(
      images.count == labels.count * rows * columns,
      "\(images.count) pixels are not \(labels.count) images of \(rows) × \(columns)")
    self.images = images
    self.labels = labels
    self.rows = rows
    self.columns = columns
  }

  /// The pixels of image `index`; shape (rows, columns). A view, not a copy.
  public func image(_ index: Int) -> ArraySlice<UInt8> {
    precondition(labels.indices.contains(index), "there is no image \(index) among \(count)")
    return images[index * pixelCount..<(index + 1) * pixelCount]
  }
}
