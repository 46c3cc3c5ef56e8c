internal import Platform

/// An open file that holds an array in the IDX format, plain or compressed with gzip; its header
/// has been read.
///
/// A file is two zero bytes, the code of the element type, the number of dimensions, each
/// dimension as a big-endian 32-bit integer, then the elements in row-major order, big-endian.
///
/// Source: "The IDX file format", http://yann.lecun.com/exdb/mnist.
struct IDXFile: ~Copyable {
  /// The element types that images and labels come in, by their codes.
  enum ElementType: UInt8 {
    case unsignedByte = 0x08
    case signedByte = 0x09
    case int16 = 0x0b
    case int32 = 0x0c

    /// The bytes of an element.
    var size: Int {
      switch self {
      case .unsignedByte, .signedByte: 1
      case .int16: 2
      case .int32: 4
      }
    }
  }

  /// The dimensions and element types that an array may have.
  struct Form {
    var dimensionCounts: ClosedRange<Int>
    var types: [ElementType] = [.unsignedByte]
    /// The dimensions in words, for messages.
    var dimensions: String
    /// What to do with a file that holds another kind of array.
    var advice: Sentence

    /// Images: (count, rows, columns).
    static let images = Form(
      dimensionCounts: 3...3, dimensions: "three (images, rows, columns)",
      advice: Sentence(FileKind.convert))

    /// Labels: (count), or QMNIST's (count, 8), whose first column says what each image shows.
    static let labels = Form(
      dimensionCounts: 1...2, types: [.unsignedByte, .signedByte, .int16, .int32],
      dimensions: "one, or QMNIST's two,", advice: DataError.withoutLabels)
  }

  /// The sizes of the dimensions, outermost first; none is zero.
  let dimensions: [Int]
  /// The number of elements, the product of `dimensions`.
  var count: Int { dimensions.reduce(1, *) }
  /// The bytes of an element.
  var elementSize: Int { type.size }
  private let type: ElementType
  private var file: UnpackedFile

  var path: String { file.path }

  /// Opens the file at `path`, which must hold an array of this form and nothing else, and reads
  /// its header.
  ///
  /// - Throws: `DataError`, also if the file cannot hold as many elements as the header declares.
  init(path: String, _ form: Form) throws {
    var file = try UnpackedFile(path: path)
    let (type, dimensions) = try IDXFile.readHeader(of: &file, form)
    try IDXFile.requireRoom(for: dimensions, of: type, in: file)
    (self.type, self.dimensions) = (type, dimensions)
    self.file = file
  }

  /// Reads all elements, unsigned bytes in row-major order, into as many bytes. Call it once.
  ///
  /// Reads the file once, and needs 64 KiB of memory beside `elements`.
  ///
  /// - Throws: `DataError`, also if more bytes follow the elements.
  mutating func read(into elements: inout MutableSpan<UInt8>) throws {
    precondition(elements.count == count, "each element is one byte")
    try readNext(into: &elements)
    try finish()
  }

  /// Reads the next elements, unsigned bytes in row-major order, of which as many are left.
  mutating func readNext(into elements: inout MutableSpan<UInt8>) throws {
    precondition(type == .unsignedByte, "each element is one byte")
    try file.read(into: &elements, of: "elements")
  }

  /// Throws if more bytes follow the elements, or a checksum is wrong.
  mutating func finish() throws { try file.finish() }

  /// Reads the first element of each row, into as many bytes as there are rows. Call it once.
  ///
  /// - Throws: `DataError`, also if an element is not from 0 to 255, or more bytes follow the
  ///   elements.
  mutating func readFirstColumn(into column: inout MutableSpan<UInt8>) throws {
    precondition(column.count == dimensions[0], "each row has one first element")
    let rowSize = dimensions.dropFirst().reduce(type.size, *)
    let rowsAtOnce = max(1, (1 << 16) / rowSize)
    var start = 0
    while start < column.count {
      let offset = file.offset
      let rows = min(rowsAtOnce, column.count - start)
      let bytes = try file.read(rows * rowSize, of: "elements")
      for row in 0..<rows {
        let element = bytes[row * rowSize..<row * rowSize + type.size]
        let label = Self.integer(element, of: type)
        guard let byte = UInt8(exactly: label) else {
          throw DataError.malformed(
            path, at: offset + row * rowSize,
            problem: "the label of image \(start + row) is \(label), and a label is from 0 to 255",
            advice: DataError.withoutLabels)
        }
        column[start + row] = byte
      }
      start += rows
    }
    try file.finish()
  }

  private static func integer(_ bytes: some Sequence<UInt8>, of type: ElementType) -> Int {
    let bits = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    return switch type {
    case .unsignedByte: Int(bits)
    case .signedByte: Int(Int8(truncatingIfNeeded: bits))
    case .int16: Int(Int16(truncatingIfNeeded: bits))
    case .int32: Int(Int32(bitPattern: bits))
    }
  }

  /// The names of element types, by their codes.
  private static let typeNames: [UInt8: String] = [
    0x08: "unsigned bytes", 0x09: "signed bytes", 0x0b: "16-bit integers", 0x0c: "32-bit integers",
    0x0d: "32-bit floats", 0x0e: "64-bit floats",
  ]

  private static func readHeader(
    of file: inout UnpackedFile, _ form: Form
  ) throws -> (ElementType, [Int]) {
    let magic = try file.readBeginning(4)
    guard magic.count == 4 else {
      throw DataError.malformed(
        file.path, at: 0,
        problem: magic.isEmpty
          ? "the file is empty" : "the file has \(magic.count) bytes, and no header")
    }
    guard magic[0] == 0, magic[1] == 0 else {
      throw foreign(magic + (try file.readBeginning(FileSignature.prefixSize - 4)), file.path)
    }
    guard let type = ElementType(rawValue: magic[2]), form.types.contains(type) else {
      throw DataError.malformed(
        file.path, at: 2,
        problem: "the elements are \(typeNames[magic[2]] ?? "of type \(magic[2])"), where "
          + "\(form.types.count == 1 ? "bytes from 0 to 255" : "integers") were expected",
        advice: form.advice)
    }
    guard form.dimensionCounts.contains(Int(magic[3])) else {
      let count = magic[3] == 1 ? "one dimension, as labels have" : "\(magic[3]) dimensions"
      throw DataError.malformed(
        file.path, at: 3,
        problem: "the array has \(count), where \(form.dimensions) were expected",
        advice: form.advice)
    }
    let dimensions = try (0..<Int(magic[3])).map { index in
      let size = try file.read(4, of: "dimension \(index)").reduce(0) { $0 << 8 | Int($1) }
      guard size > 0 else {
        throw DataError.malformed(
          file.path, at: 4 + 4 * index, problem: "dimension \(index) is zero")
      }
      return size
    }
    return (type, dimensions)
  }

  /// The error about contents that begin with `bytes`, which no IDX file begins with.
  private static func foreign(_ bytes: [UInt8], _ path: String) -> DataError {
    if let kind = FileKind(bytes) {
      return .malformed(path, at: 0, problem: "this is \(kind.name)", advice: Sentence(kind.advice))
    }
    return .malformed(
      path, at: 0,
      problem: "the data begins with \(bytes[0]), \(bytes[1]) where an IDX file has two zero bytes")
  }

  /// Throws if a file of this size cannot hold the elements.
  private static func requireRoom(
    for dimensions: [Int], of type: ElementType, in file: borrowing UnpackedFile
  ) throws {
    let room = file.capacity - file.offset
    var bytes = type.size
    for size in dimensions {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
      guard !overflow, product <= room else {
        let shape = dimensions.map(String.init).joined(separator: " × ")
        throw DataError.malformed(
          file.path, at: 4,
          problem:
            "the header declares \(shape)\(type == .unsignedByte ? "" : " × \(type.size)") bytes, and "
            + "the file can hold no more than \(room)")
      }
      bytes = product
    }
  }
}
