internal import Platform

/// Bytes that are read once, from the first to the last: the contents of a file, or of a part of it.
protocol ByteStream: ~Copyable {
  /// The file, and the part of it where it has several, for errors.
  var path: String { get }
  /// How many bytes have been read.
  var offset: Int { get }
  /// The largest number of bytes that there can be in all, for the size that the file has.
  var capacity: Int { get }

  /// Fills `output`, unless the contents end before.
  ///
  /// - Returns: how many bytes were written.
  /// - Throws: `DataError`, also where a checksum at the end of the contents is wrong.
  mutating func read(into output: UnsafeMutableRawBufferPointer) throws -> Int
}

extension ByteStream where Self: ~Copyable {
  /// Reads the next `count` bytes, which errors call `part`. Throws if the contents end before.
  mutating func read(_ count: Int, of part: String) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    try read(into: &span, of: part)
    return bytes
  }

  /// Fills `bytes` with the next bytes, which errors call `part`. Throws if the contents end
  /// before.
  ///
  /// The caller must have made sure that no more than `capacity` bytes are asked for.
  mutating func read(into bytes: inout MutableSpan<UInt8>, of part: String) throws {
    let (start, count) = (offset, bytes.count)
    let filled = try bytes.withUnsafeMutableBytes { try read(into: $0) }
    guard filled == count else {
      throw DataError.malformed(
        path, at: offset,
        problem:
          "the data ends after \(filled) of the \(count) bytes of \(part) that begin at byte \(start)"
      )
    }
  }

  /// Reads the next `count` bytes, or fewer if the contents end before.
  mutating func readBeginning(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let filled = try bytes.withUnsafeMutableBytes { try read(into: $0) }
    return Array(bytes[..<filled])
  }

  /// Throws if anything is left to read, or if a checksum at the end is wrong.
  mutating func finish() throws {
    let end = offset
    guard try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1, { try read(into: $0) }) == 0
    else {
      throw DataError.malformed(
        path, at: end, problem: "there is more data than the header declares")
    }
  }
}
