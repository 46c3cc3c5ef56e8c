internal import Platform

/// A file's contents from beginning to end, unpacked while they are read if they are gzip data.
///
/// The first two bytes of the file, not its name, tell whether it holds gzip data. Bytes are
/// unpacked into the caller's memory: the only buffer here holds bytes as they lie in the file.
struct UnpackedFile: ByteStream, ~Copyable {
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
  private(set) var offset = 0

  /// Opens the file at `path` and looks at its first bytes.
  init(path: String) throws {
    let file = try DataError.check { try InputFile(path: path) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = try buffer.withUnsafeMutableBytes { try Self.read(file, into: $0) }
    inflater = buffer[..<count].starts(with: [0x1f, 0x8b]) ? Inflater(.gzip) : nil
    pending = 0..<count
    bytesRead = count
    self.buffer = buffer
    self.file = file
  }

  var path: String { file.path }

  var capacity: Int {
    guard inflater != nil else { return file.size }
    let (product, overflow) = file.size.multipliedReportingOverflow(by: Inflater.largestRatio)
    return overflow ? .max : product
  }

  mutating func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
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
    if pending.isEmpty, output.count < buffer.count {
      try refill()
      if pending.isEmpty { return nil }
    }
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
