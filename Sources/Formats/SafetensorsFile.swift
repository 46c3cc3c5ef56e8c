internal import Platform

/// A safetensors file open for reading.
///
/// The header is read and checked once; a tensor's elements are read when they are asked for,
/// directly into the memory where they are wanted.
package struct SafetensorsFile: ~Copyable {
  private let file: InputFile
  private let header: Safetensors.Header

  /// Opens the file at `path` and checks it.
  ///
  /// A file is accepted only if there is a single way to understand it: it has a header of JSON
  /// without repeated keys, known element types, ranges of bytes that fit the shapes and together
  /// fill the file to its end, without gap or overlap. Element values are not looked at.
  ///
  /// - Throws: `FileError`.
  package init(opening path: String) throws {
    let file = try InputFile(path: path)
    header = try Safetensors.readHeader(of: file)
    self.file = file
  }

  /// The file's path.
  package var path: String { file.path }
  /// All tensors, in the order in which their elements lie in the file.
  package var tensors: [Safetensors.Tensor] { header.tensors }
  /// The text that describes the whole file.
  package var metadata: [String: String] { header.metadata }

  /// The tensor called `name`.
  ///
  /// - Throws: `FileError` if there is no tensor of that name.
  package func tensor(_ name: String) throws -> Safetensors.Tensor {
    guard let place = header.places[name] else {
      throw fail(
        name,
        "there is none of this name among the \(tensors.count) in the file\(Self.some(tensors))")
    }
    return tensors[place.index]
  }

  /// Up to three names of `tensors`, as the end of a sentence.
  private static func some(_ tensors: [Safetensors.Tensor]) -> String {
    let (shown, rest) = (tensors.prefix(3), tensors.count - 3)
    let names = shown.map(\.name.debugDescription).joined(separator: ", ")
    return names.isEmpty ? "" : ", such as \(names)\(rest > 0 ? " and \(rest) more" : "")"
  }

  /// All elements of a floating-point tensor, row-major; half-precision numbers are converted to
  /// floats, which is exact.
  ///
  /// - Throws: `FileError` if there is no such tensor, or its elements are none of `F32`, `F16`
  ///   and `BF16`.
  package func readFloats(_ name: String) throws -> [Float] {
    switch try tensor(name).elementType {
    case .float16: try elements(of: name).map { Float(Float16(bitPattern: $0)) }
    case .bfloat16: try elements(of: name).map { Float(bitPattern: UInt32($0 as UInt16) << 16) }
    default: try read(name)
    }
  }

  /// Reads all elements of a tensor into `values`, row-major.
  ///
  /// - Throws: `FileError` if the file cannot be read, has no such tensor, or has one with another
  ///   type or another count of elements.
  package func read<Element: TensorElement>(
    _ name: String, into values: inout MutableSpan<Element>
  ) throws {
    let range = try range(of: name, elements: Element.self)
    guard range.count == values.count * MemoryLayout<Element>.stride else {
      throw fail(
        name, "its shape is \(try tensor(name).shape), where \(values.count) elements are wanted")
    }
    try values.withUnsafeMutableBytes { try file.read(at: range.lowerBound, into: $0) }
  }

  /// All elements of a tensor, row-major.
  ///
  /// - Throws: `FileError` if the file cannot be read, has no such tensor, or has one with another
  ///   type of elements.
  package func read<Element: TensorElement>(
    _ name: String, as element: Element.Type = Element.self
  ) throws -> [Element] {
    _ = try range(of: name, elements: element)
    return try elements(of: name)
  }

  /// The elements of a tensor that the file is known to have, as values of any type of the
  /// elements' size.
  private func elements<Element: BitwiseCopyable>(of name: String) throws -> [Element] {
    guard let range = header.places[name]?.range else {
      preconditionFailure("\(name) was found before")
    }
    let count = range.count / MemoryLayout<Element>.stride
    return try [Element](unsafeUninitializedCapacity: count) { buffer, filled in
      try file.read(
        at: range.lowerBound,
        into: UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
      filled = count
    }
  }

  /// Where a tensor's elements lie in the file. Throws if they are of another type than `elements`.
  private func range<Element: TensorElement>(
    of name: String, elements: Element.Type
  ) throws -> Range<Int> {
    let found = try tensor(name).elementType
    guard found == Element.elementType, let range = header.places[name]?.range else {
      let wanted = Element.elementType.rawValue
      throw Safetensors.malformed(
        path, tensor: name,
        problem: "its elements are \(found.rawValue), where \(wanted) is wanted",
        advice: "write it as float32: in PyTorch tensor.float(), in NumPy "
          + "array.astype(numpy.float32)")
    }
    return range
  }

  private func fail(_ name: String, _ problem: String) -> FileError {
    Safetensors.malformed(
      path, tensor: name, problem: problem,
      advice:
        "use a file with all tensors of the model, under the names that checkpoints/README.md "
        + "lists; \(command: "inspect") shows what is in this one")
  }
}
