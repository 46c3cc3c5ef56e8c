/// An array of bytes in a file in the IDX format, plain or compressed with gzip, open behind its
/// header.
///
/// A file is two zero bytes, the code of the element type, the number of dimensions, each
/// dimension as a big-endian 32-bit integer, then the elements in row-major order.
///
/// Source: "The IDX file format", http://yann.lecun.com/exdb/mnist.
struct IDXFile: ~Copyable {
  /// The sizes of the dimensions, outermost first; none of them zero.
  let dimensions: [Int]
  /// The number of elements, the product of `dimensions`.
  let count: Int
  private var file: UnpackedFile

  var path: String { file.path }

  /// The code of unsigned bytes, the only element type that MNIST uses.
  private static let unsignedByte: UInt8 = 0x08

  /// How many bytes of header come before the elements.
  static func headerSize(dimensionCount: Int) -> Int { 4 + 4 * dimensionCount }

  /// Opens the file at `path`, which must hold an array of unsigned bytes with `dimensionCount`
  /// dimensions and nothing else, and reads its header.
  ///
  /// - Throws: `DataError`, also where the file cannot hold as many elements as the header
  ///   declares.
  init(path: String, dimensionCount: Int) throws {
    var file = try UnpackedFile(path: path)
    let dimensions = try IDXFile.readHeader(of: &file, dimensionCount: dimensionCount)
    count = try IDXFile.elementCount(dimensions, in: file)
    self.dimensions = dimensions
    self.file = file
  }

  /// Reads all elements, in row-major order, into as many bytes; once.
  ///
  /// Takes one pass and, beside the elements, a buffer of 64 KiB.
  ///
  /// - Throws: `DataError`, also where the file goes on behind the elements.
  mutating func read(into elements: inout MutableSpan<UInt8>) throws {
    precondition(elements.count == count, "\(count) elements need as many bytes")
    try file.read(into: &elements, of: "elements")
    try file.finish()
  }

  private static func readHeader(
    of file: inout UnpackedFile, dimensionCount: Int
  ) throws -> [Int] {
    let magic = try file.read(4, of: "the magic number")
    guard magic[0] == 0, magic[1] == 0 else {
      throw DataError.malformed(
        file.path, at: 0,
        "the data begins with \(magic[0]), \(magic[1]) where an IDX file has two zero bytes")
    }
    guard magic[2] == unsignedByte else {
      throw DataError.malformed(
        file.path, at: 2, "the element type is \(magic[2]) where 8, unsigned bytes, was expected")
    }
    guard Int(magic[3]) == dimensionCount else {
      throw DataError.malformed(
        file.path, at: 3,
        "the array has \(magic[3]) dimensions where \(dimensionCount) were expected")
    }
    return try (0..<dimensionCount).map { index in
      let size = try file.read(4, of: "dimension \(index)").reduce(0) { $0 << 8 | Int($1) }
      guard size > 0 else {
        throw DataError.malformed(file.path, at: 4 + 4 * index, "dimension \(index) is zero")
      }
      return size
    }
  }

  /// The product of the dimensions, if a file of this size can hold as much.
  private static func elementCount(
    _ dimensions: [Int], in file: borrowing UnpackedFile
  ) throws -> Int {
    let room = file.capacity - file.offset
    var count = 1
    for size in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= room else {
        let shape = dimensions.map(String.init).joined(separator: " × ")
        throw DataError.malformed(
          file.path, at: 4,
          "the header declares \(shape) bytes, and the file can hold no more than \(room)")
      }
      count = product
    }
    return count
  }
}
