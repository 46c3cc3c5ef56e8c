package import Kernels
package import Platform

/// The open files of one split: what is known before reading their images is known.
package final class DatasetFiles {
  /// What will be read.
  package let shape: Dataset.Shape

  /// What a user should know of the images, one sentence each: that some are not used or, in files of test
  /// images, that these are a part of the only set that there is.
  package let notices: [Sentence]

  private let reader: any ImageReader
  private let isTransposed: Bool

  /// Opens the files of `split` at `path`: IDX or NumPy files in a folder that may be laid out as publishers,
  /// archives and torchvision do, an NPZ archive, an NPY file, or a folder of PNG files.
  ///
  /// There may be no labels. Where NumPy files or PNG files have no test images, one image in seven is kept
  /// from training, to test with.
  ///
  /// `transposed` is whether rows and columns of each image are to change places. They do not where it is
  /// nil, for a user who has not said it, and a notice tells where they should.
  ///
  /// - Throws: `DataError` if there are no images or several data sets, if a file is unreadable, of another
  ///   format than its place asks for, has other dimensions than images or labels have, or if there are not
  ///   as many labels as images.
  package init(directory path: String, split: Dataset.Split, transposed: Bool? = nil) throws {
    guard let source = try ImageSources.find(at: path) else {
      throw DataError.noImages(split, in: path)
    }
    let isOneSet = source.holdsOut && source.has(.train) && !source.has(.test)
    guard source.has(split) || isOneSet else { throw source.missing(split) }
    let share: Share = !isOneSet ? .all : split == .train ? .kept : .heldOut
    reader = try source.open(isOneSet ? .train : split, share)
    let found = reader.shape
    guard found.count > 0 else { throw DataError.tooFew(path) }
    isTransposed = transposed ?? false
    shape =
      isTransposed
      ? Dataset.Shape(
        count: found.count, rows: found.columns, columns: found.rows, hasLabels: found.hasLabels)
      : found
    let heldOut: Sentence =
      "\(path) has one set of images: one in \(Share.period), the 7th, the 14th and so on, "
      + "\(found.count.grouped) in all, are kept from training, to test with"
    let onItsSide: Sentence =
      "\(path): EMNIST's images lie on their side, as they are published: add \(setting: .transpose)"
    notices =
      source.notices + (source.liesOnItsSide && transposed == nil ? [onItsSide] : [])
      + (share == .heldOut ? [heldOut] : [])
  }

  /// Reads all images and labels into `memory`, which has room for `shape.byteCount` bytes. Call it
  /// once.
  ///
  /// - Returns: a view of what was read.
  /// - Throws: `DataError` if a file cannot be read, has less or more data than its header
  ///   declares, or is damaged, or if a label or a pixel is out of its range.
  package func read(into memory: Bytes) throws -> Dataset {
    try reader.read(into: Dataset(reader.shape, in: memory))
    let dataset = Dataset(shape, in: memory)
    if isTransposed { dataset.transposeImages() }
    return dataset
  }
}

extension Dataset {
  /// Lets rows and columns of each image, which has the pixels of `columns` rows of `rows` pixels so far,
  /// change places.
  fileprivate func transposeImages() {
    var image = [UInt8](repeating: 0, count: pixelCount)
    images.withMutableSpan { pixels in
      for start in stride(from: 0, to: pixels.count, by: pixelCount) {
        for index in image.indices { image[index] = pixels[start + index] }
        for row in 0..<rows {
          for column in 0..<columns {
            pixels[start + row * columns + column] = image[column * rows + row]
          }
        }
      }
    }
  }
}
