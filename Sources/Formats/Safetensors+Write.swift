package import Platform

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
