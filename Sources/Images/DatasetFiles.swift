package import Kernels

/// The open files of one split: their headers have been read, their images and labels have not.
package final class DatasetFiles {
  /// What the files hold.
  package let shape: Dataset.Shape

  private var images: IDXFile
  private var labels: IDXFile?

  /// Opens the files of `split` in a folder and reads their headers.
  ///
  /// The folder may be laid out as publishers, archives and torchvision do, and the files may be
  /// packed with gzip and have any of the names that publishers give them:
  /// `train-images-idx3-ubyte`, `train-images.idx3-ubyte`,
  /// `emnist-letters-train-images-idx3-ubyte.gz`, in upper or lower case. There may be no labels.
  ///
  /// - Throws: `DataError` if there are no images or several data sets, if a file is unreadable,
  ///   not in the IDX format, has other dimensions than images or labels have, or if there are not
  ///   as many labels as images.
  package init(directory: String, split: Dataset.Split) throws {
    let folder = try DataFolder(directory)
    guard let imagePath = folder.images(of: split) else {
      throw DataError.noImages(split, in: directory)
    }
    let images = try IDXFile(path: imagePath, .images)
    let sizes = images.dimensions
    let labelPath = folder.labels(of: split)
    labels = try labelPath.map { try Self.openLabels($0, count: sizes[0], of: imagePath) }
    shape = Dataset.Shape(
      count: sizes[0], rows: sizes[1], columns: sizes[2], hasLabels: labelPath != nil)
    self.images = images
  }

  /// Opens the labels of `count` images, which are in the file `images`.
  private static func openLabels(
    _ path: String, count: Int, of images: String
  ) throws -> IDXFile {
    try advisingOfLabels {
      let labels = try IDXFile(path: path, .labels)
      let sizes = labels.dimensions
      // One-hot vectors, which are refused, have two dimensions, too.
      guard sizes.count == 1 || sizes[1] == 8 && labels.elementSize == 4 else {
        throw DataError.malformed(
          path, at: 8,
          problem:
            "there are \(sizes[1]) numbers for each image, where one is wanted, or QMNIST's 8 integers"
        )
      }
      guard sizes[0] == count else {
        throw DataError.malformed(
          path, at: 4,
          problem: "there are \(sizes[0]) labels for the \(count) images of \(images)")
      }
      return labels
    }
  }

  /// Does `work` on a file of labels. Training needs no labels: the advice about a malformed file
  /// is to mend or to remove it.
  private static func advisingOfLabels<Result: ~Copyable>(
    _ work: () throws -> Result
  ) throws -> Result {
    do {
      return try work()
    } catch let error as DataError where error.kind == .malformed {
      throw error.advising(DataError.withoutLabels)
    }
  }

  /// Reads all images and labels into `memory`, which has room for `shape.byteCount` bytes. Call it
  /// once.
  ///
  /// - Returns: a view of what was read.
  /// - Throws: `DataError` if a file cannot be read, has less or more data than its header
  ///   declares, or is damaged gzip data, or if a label is not from 0 to 255.
  package func read(into memory: Bytes) throws -> Dataset {
    let dataset = Dataset(shape, in: memory)
    if shape.hasLabels {
      try Self.advisingOfLabels {
        try dataset.labels.withMutableSpan { try labels?.readFirstColumn(into: &$0) }
      }
    }
    try dataset.images.withMutableSpan { try images.read(into: &$0) }
    return dataset
  }
}
