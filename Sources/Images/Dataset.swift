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
  /// Which of the two parts of its data set this is.
  public let split: Split
  /// The number that the first image has in that part.
  private let first: Int
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
  public init(_ shape: Shape, in memory: Bytes, split: Split = .train) {
    precondition(shape.count > 0, "a data set has one image at least")
    precondition(
      memory.count == shape.byteCount,
      "\(memory.count) bytes are not \(shape.count) images of \(shape.rows) × \(shape.columns)")
    (self.shape, self.split, first) = (shape, split, 0)
    let pixels = shape.count * shape.pixelCount
    images = memory[0..<pixels]
    labels = memory[pixels..<memory.count]
  }

  /// Views the images with the numbers `range` of `all`, of which there is one at least.
  init(_ range: Range<Int>, of all: Dataset) {
    precondition(!range.isEmpty, "a data set has one image at least")
    shape = Shape(
      count: range.count, rows: all.rows, columns: all.columns, hasLabels: all.shape.hasLabels)
    (split, first) = (all.split, all.first + range.lowerBound)
    images = all.images[range.lowerBound * shape.pixelCount..<range.upperBound * shape.pixelCount]
    labels = shape.hasLabels ? all.labels[range] : all.labels
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
  /// are zero when the images are shown by `pixels`: exactly for grey pixels, else on average.
  public func isMostlyBlack(_ pixels: PixelProtocol = .grey) -> Bool {
    let sample = images[0..<min(count, 1000) * pixelCount]
    return switch pixels {
    case .grey: 2 * sample.zeroCount > sample.count
    case .fixed, .dynamic: 2 * sample.sum < 255 * sample.count
    }
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
  /// Fills a batch with the pixels, from 0 to 1, of the images at `positions` of `order`: grey as they
  /// are in the files where `draws` is nil, else black and white, drawn by `draws`.
  ///
  /// Both `pixels` and `operand`, which holds the same numbers in the form that matrix products
  /// read, have the shape (positions.count, pixelCount).
  package func fill(
    _ pixels: Matrix, as operand: Operand, order: EpochOrder, positions: Range<Int>,
    draws: RandomStream? = nil
  ) {
    precondition(pixels.columns == pixelCount, "a row of a batch holds one image")
    images.withSpan {
      let chosen = order.images.span.extracting(positions)
      if let draws {
        fillBinaryPixels(
          pixels, as: operand, from: $0, images: chosen, numberedFrom: first, draws: draws)
      } else {
        fillPixels(pixels, as: operand, from: $0, images: chosen)
      }
    }
  }

  /// The shades, 0 black to 255 white, of the first `count` images: as they are in the files where
  /// `draws` is nil, else black and white, drawn by `draws`.
  package func shades(first count: Int, draws: RandomStream?) -> [UInt8] {
    guard let draws else { return images[0..<count * pixelCount].elements }
    let memory = Buffer<Float>(repeating: 0, count: count * pixelCount)
    let pixels = memory.vector.matrix(rows: count, columns: pixelCount)
    fill(
      pixels, as: Operand(pixels), order: EpochOrder(unshuffled: count), positions: 0..<count,
      draws: draws)
    return pixels.elements.map { $0 == 0 ? 0 : 255 }
  }
}
