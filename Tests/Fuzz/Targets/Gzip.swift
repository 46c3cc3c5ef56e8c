@testable import Images

extension FuzzTarget {
  /// Packed data: read in pieces of any size they are the same, and what we pack is what is unpacked.
  static let gzip = FuzzTarget(
    "gzip", .ofPackedData,
    { input in
      let whole = try unpacked(input.path, 1 << 16)
      claim(input.isGzip || whole == input.bytes, "plain data was changed")
      let pieces = try unpacked(input.path, 7)
      claim(pieces == whole, "pieces differ from the whole")
    },
    { input in
      let half = input.bytes.count / 2
      let packed = member(input.bytes[..<half]) + member(input.bytes[half...]) + [0, 0, 0]
      let whole = try unpacked(FuzzInput.file(packed), 1 << 12)
      claim(whole == input.bytes, "unpacked is not what was packed")
    })

  /// The contents of the file at `path`, read `size` bytes at a time.
  private static func unpacked(_ path: String, _ size: Int) throws -> [UInt8] {
    var file = try UnpackedFile(path: path)
    var bytes: [UInt8] = []
    while true {
      let piece = try file.readBeginning(size)
      bytes += piece
      claim(bytes.count <= file.capacity, "more than \(file.capacity) bytes")
      if piece.count < size { return bytes }
    }
  }

  /// Gzip data of fewer than 65,536 bytes, which are stored as they are: RFC 1951, 3.2.4; RFC 1952, 2.3.
  private static func member(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var checksum = CRC32()
    bytes.withUnsafeBytes { checksum.update($0) }
    let count = UInt16(bytes.count)
    return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1] + little(count) + little(~count) + bytes
      + little(checksum.value) + little(UInt32(count))
  }

  private static func little(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian, Array.init)
  }
}
