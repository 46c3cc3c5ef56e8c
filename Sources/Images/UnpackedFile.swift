internal import Platform

/// A file's contents from beginning to end, unpacked on the way if they are gzip data.
///
/// Which of the two it is, the first two bytes tell and not the name. Unpacked bytes go straight to
/// where the caller wants them: the only buffer here holds bytes as they lie in the file.
struct UnpackedFile: ~Copyable {
  private let file: InputFile
  private var inflater: Inflater?
  private var buffer: [UInt8]
  /// What of `buffer` is still to be used.
  private var pending: Range<Int>
  /// How many bytes of the file have been brought into `buffer` or past it.
  private var bytesRead: Int
  private var isBetweenMembers = false
  /// How many unpacked bytes have been read.
  private(set) var offset = 0

  /// Opens the file at `path` and looks at its first bytes.
  init(path: String) throws {
    let file = try InputFile(path: path)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
    inflater = buffer[..<count].starts(with: [0x1f, 0x8b]) ? Inflater() : nil
    pending = 0..<count
    bytesRead = count
    self.buffer = buffer
    self.file = file
  }

  var path: String { file.path }

  /// The largest number of unpacked bytes that a file of this size can hold.
  var capacity: Int {
    guard inflater != nil else { return file.size }
    let (product, overflow) = file.size.multipliedReportingOverflow(by: Inflater.largestRatio)
    return overflow ? .max : product
  }

  /// Reads the next `count` bytes, which are `part` of the contents.
  mutating func read(_ count: Int, of part: String) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    try read(into: &span, of: part)
    return bytes
  }

  /// Reads the next bytes, which are `part` of the contents, to fill `bytes`.
  ///
  /// The caller has bounded their number by `capacity`.
  mutating func read(into bytes: inout MutableSpan<UInt8>, of part: String) throws {
    let (start, count) = (offset, bytes.count)
    let filled = try bytes.withUnsafeMutableBytes { try read(into: $0) }
    guard filled == count else {
      throw DataError.malformed(
        path, at: offset,
        "the data ends after \(filled) of the \(count) bytes of \(part) that begin at byte \(start)"
      )
    }
  }

  /// Reads up to `count` of the next bytes, which may end before.
  mutating func readBeginning(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let filled = try bytes.withUnsafeMutableBytes { try read(into: $0) }
    return Array(bytes[..<filled])
  }

  /// Checks that nothing is left, and with it the last gzip member's checksum.
  mutating func finish() throws {
    let end = offset
    guard try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1, { try read(into: $0) }) == 0
    else {
      throw DataError.malformed(path, at: end, "there is more data than the header declares")
    }
  }

  /// Fills `output`, unless the contents end before; returns how many bytes were written.
  private mutating func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < output.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: output[filled...])
      let count = inflater == nil ? try copy(into: rest) : try inflate(into: rest)
      guard let count else { break }
      filled += count
      offset += count
    }
    return filled
  }

  /// One step of reading plain contents; nil at the end.
  private mutating func copy(into output: UnsafeMutableRawBufferPointer) throws -> Int? {
    if pending.isEmpty {
      let count = try file.read(into: output)
      bytesRead += count
      return count == 0 ? nil : count
    }
    let used = pending.prefix(output.count)
    output.copyBytes(from: buffer[used])
    pending = used.upperBound..<pending.upperBound
    return used.count
  }

  /// One step of reading gzip data, which may give no bytes yet; nil at the end.
  private mutating func inflate(into output: UnsafeMutableRawBufferPointer) throws -> Int? {
    if pending.isEmpty { try refill() }
    if isBetweenMembers { try passOverZeros() }
    if pending.isEmpty {
      if isBetweenMembers { return nil }
      throw DataError.malformed(path, at: bytesRead, "the gzip data is cut short")
    }
    if isBetweenMembers { inflater?.reset() }
    let input = pending
    guard
      let step = buffer.withUnsafeBytes({
        inflater?.inflate(UnsafeRawBufferPointer(rebasing: $0[input]), into: output)
      })
    else { return nil }
    if case .damaged(let reason) = step.state {
      let what = isBetweenMembers ? "other data follows the gzip data" : "the gzip data is damaged"
      throw DataError.malformed(
        path, at: bytesRead - input.count + step.consumed, "\(what) (\(reason))")
    }
    pending = (input.lowerBound + step.consumed)..<input.upperBound
    isBetweenMembers = step.state == .endOfMember
    return step.produced
  }

  /// Passes over zeros behind a member, with which tapes and block devices fill up: gzip does, too.
  private mutating func passOverZeros() throws {
    while let first = pending.first, buffer[first] == 0 {
      pending.removeFirst()
      if pending.isEmpty { try refill() }
    }
  }

  /// Brings the next bytes of the file into `buffer`.
  private mutating func refill() throws {
    let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
    bytesRead += count
    pending = 0..<count
  }
}
