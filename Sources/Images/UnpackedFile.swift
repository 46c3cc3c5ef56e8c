internal import CZlib
internal import Platform

/// A file's contents from beginning to end, unpacked while they are read if they are gzip data.
///
/// The first two bytes of the file, not its name, tell whether it holds gzip data. Bytes are
/// unpacked into the caller's memory: the only buffer here holds bytes as they lie in the file.
struct UnpackedFile: ~Copyable {
  private let file: InputFile
  private var inflater: Inflater?
  private var buffer: [UInt8]
  /// The part of `buffer` that has not been used yet.
  private var pending: Range<Int>
  /// How many bytes of the file have been read, into `buffer` or into the caller's memory.
  private var bytesRead: Int
  /// Whether a member of the gzip data, a part with its own header, has ended and the next has not
  /// begun.
  private var isBetweenMembers = false
  /// How many unpacked bytes have been read.
  private(set) var offset = 0

  /// Opens the file at `path` and looks at its first bytes.
  init(path: String) throws {
    let file = try DataError.check { try InputFile(path: path) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = try buffer.withUnsafeMutableBytes { try Self.read(file, into: $0) }
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

  /// Throws if anything is left to read, or if the checksum of the last gzip member is wrong.
  mutating func finish() throws {
    let end = offset
    guard try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1, { try read(into: $0) }) == 0
    else {
      throw DataError.malformed(
        path, at: end, problem: "there is more data than the header declares")
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
      let count = try Self.read(file, into: output)
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
      throw DataError.malformed(path, at: bytesRead, problem: "the gzip data is cut short")
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
        path, at: bytesRead - input.count + step.consumed, problem: "\(what) (\(reason))")
    }
    pending = (input.lowerBound + step.consumed)..<input.upperBound
    isBetweenMembers = step.state == .endOfMember
    return step.produced
  }

  /// Passes over zeros behind a member, as gzip does: tapes and block devices fill their last block
  /// with zeros.
  private mutating func passOverZeros() throws {
    while let first = pending.first, buffer[first] == 0 {
      pending.removeFirst()
      if pending.isEmpty { try refill() }
    }
  }

  /// Reads the next bytes of `file`; 0 at its end.
  private static func read(
    _ file: borrowing InputFile, into buffer: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    do { return try file.read(into: buffer) } catch let error as FileError {
      throw DataError(error)
    }
  }

  /// Brings the next bytes of the file into `buffer`.
  private mutating func refill() throws {
    let count = try buffer.withUnsafeMutableBytes { try Self.read(file, into: $0) }
    bytesRead += count
    pending = 0..<count
  }
}

/// zlib's inflater for gzip data, one member at a time.
///
/// Formats: RFC 1951 (deflate), RFC 1952 (gzip). zlib checks each member's length and CRC-32.
struct Inflater: ~Copyable {
  /// What one call of `inflate(_:into:)` did.
  struct Step {
    enum State: Equatable {
      case within
      case endOfMember
      case damaged(String)
    }
    var consumed: Int
    var produced: Int
    var state: State
  }

  /// The largest number of bytes that one byte of deflate data can stand for.
  ///
  /// A match of 258 bytes takes two bits at least, so a byte holds at most four matches:
  /// https://zlib.net/zlib_tech.html.
  static let largestRatio = 1032

  /// On the heap, because zlib keeps the address of the stream that it was given first.
  private let stream: UnsafeMutablePointer<z_stream>

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // With fixed arguments the call can fail only for want of memory or of a matching library.
    let status = CZlib_inflateInitGzip(stream)
    precondition(status == Z_OK, "zlib cannot start: \(status)")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Prepares for another member.
  mutating func reset() { inflateReset(stream) }

  /// Inflates as much of `input` as fits into `output`: `inflate`. Neither may be empty.
  mutating func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> Step {
    let available = (input: uInt(clamping: input.count), output: uInt(clamping: output.count))
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_in = available.input
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_out = available.output
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    return Step(
      consumed: Int(available.input - stream.pointee.avail_in),
      produced: Int(available.output - stream.pointee.avail_out), state: state(after: status))
  }

  private func state(after status: CInt) -> Step.State {
    switch status {
    case Z_OK: .within
    case Z_STREAM_END: .endOfMember
    default: .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
    }
  }
}
