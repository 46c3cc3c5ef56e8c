public import Kernels

/// The two files of one split, open: how much there is in them is known, and it is not read yet.
public final class DatasetFiles {
  /// What the files hold.
  public let shape: Dataset.Shape

  private var images: IDXFile
  private var labels: IDXFile

  /// Opens the files of `split` in a folder and reads their headers.
  ///
  /// They may be plain or compressed with gzip, and be spelt `train-images-idx3-ubyte` or
  /// `train-images.idx3-ubyte`, with or without `.gz`.
  ///
  /// - Throws: `DataError` if a file is missing or unreadable, not in the IDX format, has other
  ///   dimensions than images (3) or labels (1) have, or if there are not as many labels as images.
  public init(directory: String, split: Dataset.Split) throws {
    let imagePath = try Dataset.locate(split, "images", dimensionCount: 3, in: directory)
    let labelPath = try Dataset.locate(split, "labels", dimensionCount: 1, in: directory)
    let labels = try IDXFile(path: labelPath, dimensionCount: 1)
    let images = try IDXFile(path: imagePath, dimensionCount: 3)
    let (sizes, labelCount) = (images.dimensions, labels.count)
    shape = Dataset.Shape(count: sizes[0], rows: sizes[1], columns: sizes[2])
    guard shape.count == labelCount else {
      throw DataError.malformed(
        labelPath, at: 4,
        "there are \(labelCount) labels for the \(shape.count) images of \(imagePath)")
    }
    self.images = images
    self.labels = labels
  }

  /// Reads all images and labels into `memory`, which has room for `shape.byteCount` bytes; once.
  ///
  /// - Returns: a view of what was read.
  /// - Throws: `DataError` if there is less or more than the headers declare, gzip data is damaged,
  ///   or a label is above 9.
  public func read(into memory: Bytes) throws -> Dataset {
    let dataset = Dataset(shape, in: memory)
    try dataset.labels.withMutableSpan { try labels.read(into: &$0) }
    try dataset.images.withMutableSpan { try images.read(into: &$0) }
    if let index = (0..<shape.count).first(where: { dataset.labels[$0] > 9 }) {
      throw DataError.malformed(
        labels.path, at: IDXFile.headerSize(dimensionCount: 1) + index,
        "label \(dataset.labels[index]) is not a digit from 0 to 9")
    }
    return dataset
  }
}
