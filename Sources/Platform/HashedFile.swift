/// A new file whose SHA-256 is taken while it is written, when its bytes are at hand anyway.
///
/// Bytes go to the system in whole pages and a few hundred KiB at a time: half pages cost twice as
/// much, and of larger pieces nothing would be in cache when they are hashed.
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
