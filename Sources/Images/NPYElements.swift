internal import Formats
internal import Platform

/// What the elements of a NumPy array are as pixels and labels.
struct NPYElements {
  /// The bytes of an element.
  let size: Int
  private let kind: NPYHeader.Kind
  private let isBigEndian: Bool

  init(_ header: NPYHeader) {
    (size, kind, isBigEndian) = (header.elementSize, header.kind, header.isBigEndian)
  }

  /// Whether each element is a pixel as it is.
  var areBytes: Bool { kind == .unsigned && size == 1 }

  /// The bits of the element at `place`.
  func bits(in bytes: [UInt8], at place: Int) -> UInt64 {
    var bits: UInt64 = 0
    for index in 0..<size {
      bits = bits << 8 | UInt64(bytes[place + (isBigEndian ? index : size - 1 - index)])
    }
    return bits
  }

  /// The pixel that an element is, from 0 to 255; nil where it is out of its range.
  func pixel(_ bits: UInt64) -> UInt8? {
    switch kind {
    case .boolean: bits > 1 ? nil : UInt8(bits * 255)
    case .unsigned: UInt8(exactly: bits)
    case .signed: UInt8(exactly: integer(bits))
    case .float:
      // False for a value that is not a number. The product of a 32-bit float is exact.
      0...1 ~= float(bits) ? UInt8((float(bits) * 255).rounded(.toNearestOrEven)) : nil
    }
  }

  /// The label that an element is; nil where it is no whole number from 0 to 255.
  func label(_ bits: UInt64) -> UInt8? {
    switch kind {
    case .boolean, .unsigned: UInt8(exactly: bits)
    case .signed: UInt8(exactly: integer(bits))
    case .float: UInt8(exactly: float(bits))
    }
  }

  /// The number, for people.
  func text(_ bits: UInt64) -> String {
    switch kind {
    case .boolean, .unsigned: "\(bits)"
    case .signed: "\(integer(bits))"
    case .float: "\(float(bits))"
    }
  }

  /// Which numbers can be pixels.
  var range: String {
    switch kind {
    case .boolean: "0 or 1"
    case .unsigned, .signed: "from 0 to 255"
    case .float: "from 0 to 1"
    }
  }

  /// What to do about others.
  var advice: String {
    kind == .float
      ? "bring them there before they are saved, for instance images / 255"
      : "bring them there before they are saved"
  }

  private func integer(_ bits: UInt64) -> Int64 {
    // The sign bit moves to the top and back.
    Int64(bitPattern: bits << (64 - 8 * size)) >> (64 - 8 * size)
  }

  private func float(_ bits: UInt64) -> Double {
    switch size {
    case 2: Double(Float16(bitPattern: UInt16(bits)))
    case 4: Double(Float(bitPattern: UInt32(bits)))
    default: Double(bitPattern: bits)
    }
  }

  /// Throws unless as many elements as `shape` has fit into the `room` bytes that a file has at most.
  func requireRoom(_ room: Int, for shape: [Int], _ path: String) throws {
    var bytes = size
    for dimension in shape where !shape.contains(0) {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= room else {
        throw DataError.malformed(
          path,
          problem:
            "the header declares \(NPYShape.text(shape)) elements of \(Wording.count(size, "byte")), "
            + "and the file can hold no more than \(room) bytes")
      }
      bytes = product
    }
  }
}

/// The shapes that arrays of images and labels may have.
enum NPYShape {
  /// The count, rows and columns of images of `shape`: (count, rows, columns), with one channel before or
  /// behind the rows and columns or none, or (count, pixels) of square images.
  static func images(_ shape: [Int], _ path: String) throws -> [Int] {
    let sizes: [Int]?
    switch shape.count {
    case 2:
      let side = Int(Double(shape[1]).squareRoot())
      sizes = side * side == shape[1] ? [shape[0], side, side] : nil
    case 3: sizes = shape
    case 4 where shape[3] == 1: sizes = Array(shape.prefix(3))
    case 4 where shape[1] == 1: sizes = [shape[0], shape[2], shape[3]]
    default: sizes = nil
    }
    guard let sizes else {
      throw DataError.malformed(
        path, problem: "the array has the shape \(text(shape)), which is not that of grey images",
        advice: advice(shape))
    }
    guard sizes.allSatisfy({ $0 > 0 }) else {
      throw DataError.malformed(
        path, problem: "the array of shape \(text(shape)) is empty", advice: "save images in it")
    }
    return sizes
  }

  /// What to do about images of `shape`: three channels are colors, four colors and their opacity.
  private static func advice(_ shape: [Int]) -> Sentence {
    let colors: String? =
      shape.count != 4
      ? nil
      : 3...4 ~= shape[3]
        ? "images[..., :3]" : 3...4 ~= shape[1] ? "numpy.moveaxis(images, 1, 3)[..., :3]" : nil
    guard let colors else {
      return "save it as (images, rows, columns), or as (images, pixels) of square images"
    }
    return "make its colors grey: numpy.save(\"x_train.npy\", "
      + "(\(colors) @ [0.299, 0.587, 0.114]).astype(images.dtype))"
  }

  /// The count of labels of `shape`: (count), or (count, 1).
  static func labels(_ shape: [Int], _ path: String) throws -> [Int] {
    guard shape.count == 1 || shape.count == 2 && shape[1] == 1 else {
      throw DataError.malformed(
        path,
        problem: "the array has the shape \(text(shape)), where one label for each image is wanted")
    }
    return [shape[0]]
  }

  /// A shape as Python writes it.
  static func text(_ shape: [Int]) -> String {
    "(\(shape.map(String.init).joined(separator: ", "))\(shape.count == 1 ? "," : ""))"
  }
}
