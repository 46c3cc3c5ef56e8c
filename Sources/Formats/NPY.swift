package import Platform

/// The NPY format, version 1.0: one array in a file that NumPy reads.
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
package enum NPY {
  /// Writes an array of `shape`, row-major and little-endian.
  ///
  /// - Parameters:
  ///   - shape: the sizes, outermost first; empty for a single number.
  ///   - element: the type of the elements: `Float`, `Double`, `UInt8`, `Int64` or `UInt64`.
  ///   - file: where to write; nothing has been written to it yet.
  ///   - elements: writes all elements to the file, in pieces of any size.
  /// - Throws: `FileError`, or what `elements` throws.
  package static func write<Element: TensorElement>(
    _ shape: [Int], of element: Element.Type, to file: inout OutputFile,
    elements: (inout OutputFile) throws -> Void
  ) throws {
    precondition(file.offset == 0, "an NPY file begins with its header")
    try file.write(header(shape: shape, of: element))
    let size = shape.reduce(MemoryLayout<Element>.stride, *)
    let end = file.offset + size
    try elements(&file)
    precondition(
      file.offset == end, "\(shape) takes \(size) bytes, not \(size + file.offset - end)")
  }

  /// Everything before the elements, padded to a multiple of 64 bytes.
  static func header<Element: TensorElement>(shape: [Int], of element: Element.Type) -> [UInt8] {
    // Python writes a tuple of one with a comma behind it.
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = Array(
      "{'descr': '\(description(of: element))', 'fortran_order': False, 'shape': (\(sizes)), }".utf8
    )
    let prefix: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    text += repeatElement(UInt8(ascii: " "), count: -(prefix.count + 2 + text.count + 1) & 63)
    text.append(UInt8(ascii: "\n"))
    guard let length = UInt16(exactly: text.count) else {
      preconditionFailure("an array of \(shape.count) dimensions does not fit version 1.0")
    }
    return prefix + withUnsafeBytes(of: length.littleEndian, Array.init) + text
  }

  /// NumPy's name for an element type: byte order, kind and size.
  private static func description<Element: TensorElement>(of element: Element.Type) -> String {
    switch Element.elementType {
    case .float32: "<f4"
    case .float64: "<f8"
    case .uint8: "|u1"
    case .int64: "<i8"
    case .uint64: "<u8"
    default: preconditionFailure("no NPY name is known for \(Element.elementType.rawValue)")
    }
  }
}
