public import Kernels

/// A view of images and their labels, in memory that has another owner.
///
/// Pixels stay the bytes that they are in the files, a quarter of the size of floats. The code that
/// makes the view must keep the memory alive and unchanged while the view is used.
public struct Dataset {
  /// One of the two parts that data sets come in.
  public enum Split: String, Sendable, CaseIterable {
    /// Images to train on: 60,000 in MNIST.
    case train
    /// Images to evaluate a model with: 10,000 in MNIST.
    case test
  }

  /// How many images there are, and how large.
  public let shape: Shape
  /// All pixels, 0 black to 255 white; shape (count, rows, columns), row-major.
  public let images: Bytes
  /// What each image shows: 0 to 9 in MNIST, any byte elsewhere; shape (count), or empty where the
  /// set has no labels.
  public let labels: Bytes

  /// How many images there are; never zero.
  public var count: Int { shape.count }
  /// The height of an image in pixels: 28 in MNIST.
  public var rows: Int { shape.rows }
  /// The width of an image in pixels: 28 in MNIST.
  public var columns: Int { shape.columns }
  /// How many pixels an image has: 784 in MNIST.
  public var pixelCount: Int { shape.pixelCount }

  /// Views `memory`, which has the `shape.byteCount` bytes of all images and then of their labels,
  /// if they have any.
  public init(_ shape: Shape, in memory: Bytes) {
    precondition(shape.count > 0, "a data set has one image at least")
    precondition(
      memory.count == shape.byteCount,
      "\(memory.count) bytes are not \(shape.count) images of \(shape.rows) × \(shape.columns)")
    self.shape = shape
    let pixels = shape.count * shape.pixelCount
    images = memory[0..<pixels]
    labels = memory[pixels..<memory.count]
  }

  /// Views `images` and `labels`, which have what `shape` says.
  init(_ shape: Shape, images: Bytes, labels: Bytes) {
    (self.shape, self.images, self.labels) = (shape, images, labels)
  }

  /// The pixels of image `index`; shape (rows, columns). A view, not a copy.
  public func image(_ index: Int) -> Bytes {
    precondition((0..<count).contains(index), "there is no image \(index) among \(count)")
    return images[index * pixelCount..<(index + 1) * pixelCount]
  }

  /// What image `index` shows; the set has labels.
  public func label(ofImage index: Int) -> Int { Int(labels[index]) }

  /// The mean of each pixel over all images, from 0 to 1; shape (rows, columns).
  public var meanPixels: [Float] {
    images.columnSums(pixelCount).map { Float(Double($0) / Double(255 * count)) }
  }

  /// Whether more than half of the pixels in the first 1,000 images, or in all if there are fewer,
  /// are black.
  public var isMostlyBlack: Bool {
    let sample = min(count, 1000) * pixelCount
    return 2 * images[0..<sample].zeroCount > sample
  }
}

extension Dataset {
  /// The numbers that determine the size of a data set in memory.
  public struct Shape: Codable, Equatable, Sendable {
    /// How many images there are.
    public let count: Int
    /// The height of an image in pixels.
    public let rows: Int
    /// The width of an image in pixels.
    public let columns: Int
    /// Whether each image has a label.
    public let hasLabels: Bool

    /// The shape of `count` images of `rows` × `columns` pixels.
    public init(count: Int, rows: Int, columns: Int, hasLabels: Bool = true) {
      self.count = count
      self.rows = rows
      self.columns = columns
      self.hasLabels = hasLabels
    }

    /// How many pixels an image has.
    public var pixelCount: Int { rows * columns }

    /// The number of bytes of all images and labels.
    public var byteCount: Int { count * (pixelCount + (hasLabels ? 1 : 0)) }
  }
}

extension Dataset {
  /// Fills a batch with the pixels, from 0 to 1, of the images at `positions` of `order`.
  ///
  /// Both `pixels` and `operand`, which holds the same numbers in the form that matrix products
  /// read, have the shape (positions.count, pixelCount).
  package func fill(_ pixels: Matrix, as operand: Operand, order: EpochOrder, positions: Range<Int>)
  {
    precondition(pixels.columns == pixelCount, "a row of a batch holds one image")
    images.withSpan {
      fillPixels(pixels, as: operand, from: $0, images: order.images.span.extracting(positions))
    }
  }
}
