internal import Platform

extension Safetensors {
  /// A header that has been read and found consistent with itself and with the file's size.
  struct Header {
    /// The tensors, in the order in which their elements lie in the file.
    var tensors: [Tensor] = []
    /// Each tensor's index in ``tensors``, and where in the file its elements lie, by name: there may be a
    /// million of them.
    var places: [String: (index: Int, range: Range<Int>)] = [:]
    var metadata: [String: String] = [:]
  }

  /// A tensor as the header describes it, before the description is trusted. `begin` and `end` are
  /// in bytes after the header.
  private struct Entry {
    let tensor: Tensor
    let begin: Int
    let end: Int
  }

  /// Reads and checks the header of `file`.
  static func readHeader(of file: borrowing InputFile) throws -> Header {
    let json = try readText(of: file)
    var header = Header()
    var entries: [Entry] = []
    var scanner = JSONScanner(json, path: file.path, start: prefixSize)
    try scanner.object { scanner, key in
      if key == metadataKey {
        try scanner.object { scanner, key in header.metadata[key] = try scanner.string() }
      } else {
        entries.append(try readEntry(named: key, from: &scanner))
      }
    }
    try scanner.finish()
    let start = prefixSize + json.count
    try check(&entries, size: file.size - start, path: file.path)
    header.tensors = entries.map(\.tensor)
    for (index, entry) in entries.enumerated() {
      header.places[entry.tensor.name] = (index, start + entry.begin..<start + entry.end)
    }
    return header
  }

  /// The header's text. Throws if the file cannot hold a header of the length that it declares.
  private static func readText(of file: borrowing InputFile) throws -> [UInt8] {
    guard file.size >= prefixSize else {
      throw malformed(
        file.path, at: 0, problem: "the file has \(file.size) bytes, too few for a header's length")
    }
    var prefix: UInt64 = 0
    try withUnsafeMutableBytes(of: &prefix) { try file.read(at: 0, into: $0) }
    let limit = min(largestHeader, file.size - prefixSize)
    guard let length = Int(exactly: UInt64(littleEndian: prefix)), length <= limit else {
      throw try foreign(file)
        ?? malformed(
          file.path, at: 0,
          problem:
            "the header's length is \(UInt64(littleEndian: prefix)) where at most \(limit) can be")
    }
    let text = try [UInt8](unsafeUninitializedCapacity: length) { buffer, filled in
      try file.read(at: prefixSize, into: UnsafeMutableRawBufferPointer(buffer))
      filled = length
    }
    guard text.first == UInt8(ascii: "{") else {
      throw try foreign(file)
        ?? malformed(file.path, at: prefixSize, problem: "the header does not begin with {")
    }
    return text
  }

  /// The error about a file that cannot be safetensors, by its first bytes; nil if these do not
  /// tell the format.
  ///
  /// Do not call it for other files: the length of a valid header may begin with the bytes of any
  /// format.
  private static func foreign(_ file: borrowing InputFile) throws -> FileError? {
    let count = min(FileSignature.prefixSize, file.size)
    let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try file.read(
        at: 0,
        into: UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
      filled = count
    }
    return ForeignFormat(bytes).map {
      malformed(
        file.path, problem: "this is \($0.name) not safetensors",
        advice: Sentence($0.advice(file.path)))
    }
  }

  private static func readEntry(
    named name: String, from scanner: inout JSONScanner
  ) throws -> Entry {
    var elementType: ElementType?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { scanner, key in
      switch key {
      case "dtype":
        let text = try scanner.string()
        elementType = ElementType(rawValue: text)
        if elementType == nil {
          throw scanner.failure(
            "the element type \(text.debugDescription) is unknown to this version")
        }
      case "shape": shape = try scanner.integers()
      case "data_offsets": offsets = try scanner.integers()
      default:
        throw scanner.failure(
          "\(name.debugDescription) has the unknown key \(key.debugDescription)")
      }
    }
    guard let elementType, let shape, let offsets, offsets.count == 2 else {
      throw scanner.failure(
        "\(name.debugDescription) lacks its dtype, its shape or its two data_offsets")
    }
    return Entry(
      tensor: Tensor(name: name, elementType: elementType, shape: shape), begin: offsets[0],
      end: offsets[1])
  }

  /// Sorts `entries` by place and checks that they fill `size` bytes without gap or overlap.
  private static func check(_ entries: inout [Entry], size: Int, path: String) throws {
    entries.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var position = 0
    for entry in entries {
      func fail(_ problem: String) -> FileError {
        malformed(
          path, tensor: entry.tensor.name,
          problem: "its data_offsets \(entry.begin) to \(entry.end) \(problem)")
      }
      guard entry.begin <= entry.end else { throw fail("are in the wrong order") }
      guard entry.end <= size else { throw fail("reach beyond the file's \(size) bytes of data") }
      guard checkedSize(of: entry.tensor) == entry.end - entry.begin else {
        throw fail(
          "do not fit the shape \(entry.tensor.shape) of \(entry.tensor.elementType.rawValue)")
      }
      guard entry.begin == position else {
        throw fail(
          entry.begin < position
            ? "overlap another tensor's, which end at \(position)"
            : "leave a gap after the tensor before, which ends at \(position)")
      }
      position = entry.end
    }
    guard position == size else {
      throw malformed(
        path,
        problem: "the tensors fill \(position) bytes and the file holds \(size) after its header")
    }
  }

  /// How many bytes the elements take; nil if that is no whole number, or if `Int` cannot hold the
  /// number of bits.
  private static func checkedSize(of tensor: Tensor) -> Int? {
    let bits = tensor.shape.reduce(tensor.elementType.bitCount) { (bits: Int?, dimension) in
      guard let (product, overflow) = bits?.multipliedReportingOverflow(by: dimension) else {
        return nil
      }
      return overflow ? nil : product
    }
    guard let bits, bits.isMultiple(of: 8) else { return nil }
    return bits / 8
  }
}
