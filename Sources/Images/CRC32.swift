internal import CZlib

/// The CRC-32 of gzip, zip and PNG files, of bytes that come in pieces: zlib's `crc32`.
struct CRC32 {
  /// The checksum of all bytes so far.
  private(set) var value: UInt32 = 0

  /// Adds bytes.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      value = UInt32(
        truncatingIfNeeded: crc32(
          uLong(value), piece.baseAddress?.assumingMemoryBound(to: Bytef.self), uInt(piece.count)))
      rest = rest.dropFirst(piece.count)
    }
  }
}
