internal import Platform

/// An open file of images or labels, whatever its format: the header has been read, the elements have not.
protocol StoredArray: AnyObject {
  /// The file, for errors.
  var path: String { get }
  /// The byte of the file that tells how many images or labels there are; nil where there is no such byte.
  var countOffset: Int? { get }
  /// The sizes: of images (count, rows, columns), of labels (count).
  var dimensions: [Int] { get }

  /// Reads the next pixels, from 0 to 255, in row-major order. The caller asks for whole images.
  func readPixels(into pixels: inout MutableSpan<UInt8>) throws

  /// Reads all labels. Call it once.
  ///
  /// - Throws: `DataError`, also where a label is not from 0 to 255, or more follows.
  func readLabels(into labels: inout MutableSpan<UInt8>) throws

  /// Throws where anything follows the elements, or a checksum is wrong.
  func finish() throws
}

/// What an array is opened for.
enum ArrayRole {
  case images
  case labels
}

/// The array in an IDX file.
final class IDXArray: StoredArray {
  private var file: IDXFile
  let dimensions: [Int]

  /// Opens the file at `path`.
  ///
  /// - Throws: `DataError`, also where the array has other dimensions than images or labels have.
  init(path: String, as role: ArrayRole) throws {
    let file = try IDXFile(path: path, role == .images ? .images : .labels)
    let sizes = file.dimensions
    // One-hot vectors, which are refused, have two dimensions, too.
    guard role == .images || sizes.count == 1 || sizes[1] == 8 && file.elementSize == 4 else {
      throw DataError.malformed(
        path, at: 8,
        problem:
          "there are \(sizes[1]) numbers for each image, where one is wanted, or QMNIST's 8 integers"
      )
    }
    dimensions = role == .images ? sizes : [sizes[0]]
    self.file = file
  }

  var path: String { file.path }
  var countOffset: Int? { 4 }

  func readPixels(into pixels: inout MutableSpan<UInt8>) throws {
    try file.readNext(into: &pixels)
  }

  func readLabels(into labels: inout MutableSpan<UInt8>) throws {
    try file.readFirstColumn(into: &labels)
  }

  func finish() throws { try file.finish() }
}
