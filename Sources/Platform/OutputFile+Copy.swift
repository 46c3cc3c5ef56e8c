extension OutputFile {
  /// Writes all bytes of the file at `path`, in pieces.
  ///
  /// - Throws: `FileError`.
  package mutating func write(contentsOf path: String) throws {
    let source = try InputFile(path: path)
    var piece = [UInt8](repeating: 0, count: min(source.size, 1 << 20))
    for start in stride(from: 0, to: source.size, by: 1 << 20) {
      let count = min(piece.count, source.size - start)
      try piece.withUnsafeMutableBytes {
        try source.read(at: start, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<count]))
      }
      try write(piece.span.extracting(..<count).bytes)
    }
  }
}
