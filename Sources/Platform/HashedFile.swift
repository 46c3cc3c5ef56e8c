/// A new file whose SHA-256 is computed while it is written, so that it need not be read again.
///
/// Bytes are hashed and written 256 KiB at a time. That is a number of whole pages, since writing a
/// page in two parts costs twice as much; and a larger piece would have left the processor's cache
/// before it is hashed.
package struct HashedFile: ByteSink, ~Copyable {
  package private(set) var offset = 0
  private var file: OutputFile
  private var hash = SHA256()
  private var piece: [UInt8] = []

  private static let pieceSize = 1 << 18

  /// Creates the file at `path`.
  package init(creating path: String) throws {
    file = try OutputFile(creating: path)
    piece.reserveCapacity(Self.pieceSize)
  }

  package mutating func write(_ bytes: RawSpan) throws {
    offset += bytes.byteCount
    var start = 0
    while start < bytes.byteCount {
      let count = min(Self.pieceSize - piece.count, bytes.byteCount - start)
      bytes.withUnsafeBytes { piece.append(contentsOf: $0[start..<start + count]) }
      start += count
      if piece.count == Self.pieceSize { try flush() }
    }
  }

  private mutating func flush() throws {
    guard !piece.isEmpty else { return }
    piece.withUnsafeBytes { hash.update($0) }
    try file.write(piece)
    piece.removeAll(keepingCapacity: true)
  }

  /// The SHA-256 of all that was written, in hexadecimal; nothing may be written afterwards.
  package mutating func digest() throws -> String {
    try flush()
    return SHA256.hexadecimal(hash.finalize())
  }

  /// Brings the file to the disk and closes it.
  package consuming func finish() throws {
    try flush()
    try file.synchronize()
    try file.close()
  }
}
