internal import Platform

/// The bytes of one member of a zip archive, unpacked while they are read.
///
/// At the end, their number and their CRC-32 must be those that the archive's list tells.
struct ZipMember: ByteStream, ~Copyable {
  let path: String
  private(set) var offset = 0

  private let archive: ZipArchive
  private let member: ZipArchive.Member
  /// The part of the archive that has not been read yet.
  private var rest: Range<Int>
  /// Nil where the member is stored as it is.
  private var inflater: Inflater?
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// The part of `buffer` that has not been used yet.
  private var pending = 0..<0
  private var checksum = CRC32()
  /// Whether the compressed data has come to its end.
  private var isAtEnd = false

  /// Begins to read `member`.
  init(_ member: ZipArchive.Member, of archive: ZipArchive) throws {
    let start = try archive.dataStart(of: member)
    (self.member, self.archive) = (member, archive)
    path = "\(archive.file.path)/\(member.name)"
    rest = start..<start + member.packedSize
    inflater = member.method == 0 ? nil : Inflater(.none)
  }

  var capacity: Int { member.size }

  mutating func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    let wanted = UnsafeMutableRawBufferPointer(
      rebasing: output.prefix(min(output.count, member.size - offset)))
    var filled = 0
    while filled < wanted.count {
      let part = UnsafeMutableRawBufferPointer(rebasing: wanted[filled...])
      let count = inflater == nil ? try copy(into: part) : try inflate(into: part)
      filled += count
      offset += count
    }
    checksum.update(UnsafeRawBufferPointer(wanted))
    if output.count > wanted.count { try requireEnd() }
    return filled
  }

  /// Fills `output` with the next bytes of the archive, of which the member has as many.
  private mutating func copy(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    let start = rest.lowerBound
    try Self.check { try archive.file.read(at: start, into: output) }
    rest = start + output.count..<rest.upperBound
    return output.count
  }

  /// One step of unpacking, which may give no bytes yet.
  private mutating func inflate(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    if pending.isEmpty { try refill() }
    let input = pending
    guard !input.isEmpty,
      let step = buffer.withUnsafeBytes({
        inflater?.inflate(UnsafeRawBufferPointer(rebasing: $0[input]), into: output)
      })
    else { throw damage("its compressed data is cut short") }
    if case .damaged(let reason) = step.state {
      throw damage("its compressed data is damaged (\(reason))")
    }
    pending = input.lowerBound + step.consumed..<input.upperBound
    isAtEnd = step.state == .endOfMember
    if isAtEnd { try requireSize(after: step.produced) }
    return step.produced
  }

  /// Brings the next bytes of the member into `buffer`.
  private mutating func refill() throws {
    let (start, count) = (rest.lowerBound, min(buffer.count, rest.count))
    try buffer.withUnsafeMutableBytes { bytes in
      let part = UnsafeMutableRawBufferPointer(rebasing: bytes.prefix(count))
      try Self.check { try archive.file.read(at: start, into: part) }
    }
    rest = start + count..<rest.upperBound
    pending = 0..<count
  }

  /// Throws unless the compressed data, which ends with the next `count` bytes, has as many as it should.
  private func requireSize(after count: Int) throws {
    guard offset + count == member.size else {
      throw damage(
        "its compressed data has \(offset + count) bytes, not the \(member.size) that are listed")
    }
  }

  /// Throws where more follows, or the checksum is wrong.
  private mutating func requireEnd() throws {
    while inflater != nil, !isAtEnd {
      var spare: UInt8 = 0
      guard try withUnsafeMutableBytes(of: &spare, { try inflate(into: $0) }) == 0 else {
        throw damage("its compressed data goes on behind the \(member.size) bytes that are listed")
      }
    }
    guard checksum.value == member.checksum else {
      throw damage("its checksum (CRC-32) is wrong")
    }
  }

  private func damage(_ problem: String) -> DataError {
    .malformed(path, at: offset, problem: problem)
  }

  private static func check(_ work: () throws -> Void) throws {
    do { try work() } catch let error as FileError { throw DataError(error) }
  }
}
