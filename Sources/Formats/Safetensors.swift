package import Platform

/// The safetensors format: named tensors in one file that any framework can read.
///
/// A file is the header's length N as a little-endian 64-bit integer, N bytes of JSON that map each
/// name to element type, shape and range of bytes, then the elements of all tensors, row-major and
/// little-endian, without a gap.
///
/// Source: https://github.com/huggingface/safetensors, "Format".
package enum Safetensors {
  /// A tensor as the header describes it.
  package struct Tensor: Sendable, Equatable {
    /// The tensor's name, for instance `fc1.weight`.
    package let name: String
    /// The type of the tensor's elements.
    package let elementType: ElementType
    /// The tensor's sizes, outermost first; empty for a single number.
    package let shape: [Int]

    /// A tensor to be written.
    package init(name: String, elementType: ElementType = .float32, shape: [Int]) {
      self.name = name
      self.elementType = elementType
      self.shape = shape
    }

    /// How many elements the tensor has.
    package var elementCount: Int { shape.reduce(1, *) }
    /// How many bytes the tensor's elements take.
    package var size: Int { elementCount * elementType.bitCount / 8 }
  }

  /// The key under which the header keeps the text that describes the whole file.
  static let metadataKey = "__metadata__"
  /// The longest header the reference implementation accepts.
  static let largestHeader = 100_000_000
  /// The size of the integer that tells the header's length.
  static let prefixSize = 8

  /// The error that the file at `path` is no safetensors file, or does not hold what is wanted. The
  /// error is about the tensor called `tensor` or, if that is nil, about the whole file.
  static func malformed(
    _ path: String, at offset: Int? = nil, tensor: String? = nil, problem: String,
    advice: Sentence = "the file is damaged or was not written as safetensors: use another copy"
  ) -> FileError {
    .malformed(
      path, at: offset, part: tensor.map { FileError.Part(kind: "tensor", name: $0) },
      problem: problem,
      advice: advice)
  }
}

extension Safetensors {
  /// Writes a whole safetensors file.
  ///
  /// The same arguments give the same bytes: tensors lie in the order given, keys of `metadata` are
  /// sorted, and the header is padded with spaces so that the elements begin at a multiple of eight
  /// bytes. Nothing is copied.
  ///
  /// - Parameters:
  ///   - tensors: what to write, in this order. Their names are unique.
  ///   - metadata: text that describes the whole file.
  ///   - file: where to write; nothing has been written to it yet.
  ///   - elements: called once for each tensor in turn, writes all of its elements to the file.
  /// - Throws: `FileError`, or what `elements` throws.
  package static func write<Sink: ByteSink & ~Copyable>(
    _ tensors: [Tensor], metadata: [String: String] = [:], to file: inout Sink,
    elements: (Tensor, inout Sink) throws -> Void
  ) throws {
    precondition(file.offset == 0, "a safetensors file begins with its header")
    try file.write(header(of: tensors, metadata: metadata))
    for tensor in tensors {
      let end = file.offset + tensor.size
      try elements(tensor, &file)
      precondition(
        file.offset == end,
        "\(tensor.name) \(tensor.shape) takes \(tensor.size) bytes, not "
          + "\(tensor.size + file.offset - end)")
    }
  }

  /// The length and the JSON text, everything before the elements.
  static func header(of tensors: [Tensor], metadata: [String: String]) -> [UInt8] {
    precondition(
      Set(tensors.map(\.name)).union([metadataKey]).count == tensors.count + 1,
      "tensors need unique names other than \(metadataKey)")
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0)):\(quoted($1))" }
      members.append("\(quoted(metadataKey)):{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in tensors {
      members.append(member(tensor, at: offset))
      offset += tensor.size
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    json += repeatElement(UInt8(ascii: " "), count: -json.count & 7)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
  }

  private static func member(_ tensor: Tensor, at offset: Int) -> String {
    let shape = tensor.shape.map(String.init).joined(separator: ",")
    return """
      \(quoted(tensor.name)):{"dtype":"\(tensor.elementType.rawValue)","shape":[\(shape)],\
      "data_offsets":[\(offset),\(offset + tensor.size)]}
      """
  }

  /// A JSON string, escaped as the reference implementation does. Source: RFC 8259, section 7.
  private static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case "\u{8}": "\\b"
      case "\t": "\\t"
      case "\n": "\\n"
      case "\u{c}": "\\f"
      case "\r": "\\r"
      case "\0"..<" ":
        "\\u00\(scalar.value < 16 ? "0" : "")\(String(scalar.value, radix: 16))"
      default: String(scalar)
      }
    }
    return "\"\(scalars.joined())\""
  }
}
