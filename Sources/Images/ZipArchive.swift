internal import Platform

/// A zip archive and the list of what is in it, as `numpy.savez` writes it.
///
/// What can be read are members that are stored or deflated; archives of several files, encrypted members
/// and other methods are refused. The list and every size in it are checked against the size of the file.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT;
/// sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 to 4.3.16 (its end), 4.5.3 (zip64).
final class ZipArchive {
  /// A file in the archive.
  struct Member {
    /// Its name, as in `x_train.npy`.
    let name: String
    /// What NumPy calls the array, as in `x_train`.
    var arrayName: String { String(name.dropLast(4)) }
    /// Where its local header is.
    let start: Int
    /// The bytes that it takes in the archive.
    let packedSize: Int
    /// The bytes that it has.
    let size: Int
    /// The CRC-32 of these.
    let checksum: UInt32
    /// How it is compressed: 0 for not at all, 8 for deflate.
    let method: Int
    /// Bits that say more of it: bit 0 is for encryption.
    let flags: Int
  }

  /// The archive.
  let file: InputFile
  /// All members, in the order of the list.
  let members: [Member]

  /// Where the list is.
  private struct List {
    var count: Int
    var size: Int
    var start: Int
  }

  /// Opens the archive at `path` and reads the list of what is in it.
  ///
  /// - Throws: `DataError`, also where a name is listed twice, or a size cannot be right.
  init(path: String) throws {
    let file = try DataError.check { try InputFile(path: path) }
    let list = try Self.findList(in: file)
    let bytes = try Self.read(list.size, at: list.start, of: file)
    members = try Self.members(bytes, list, path: path, fileSize: file.size)
    self.file = file
  }

  /// Throws unless the archive can hold `member` and its bytes can be read.
  private static func check(_ member: Member, path: String, end: Int) throws {
    let path = "\(path)/\(member.name)"
    func refuse(_ problem: String, _ advice: Sentence? = nil) -> DataError {
      .malformed(path, problem: problem, advice: advice)
    }
    guard member.flags & 1 == 0 else {
      throw refuse("it is encrypted", "write the archive without a password")
    }
    guard [0, 8].contains(member.method) else {
      throw refuse(
        "it is compressed by method \(member.method) of zip, and only deflate is known",
        "write it with numpy.savez or numpy.savez_compressed")
    }
    guard member.start <= end, member.packedSize <= end - member.start else {
      throw refuse("\(member.packedSize) bytes at \(member.start) do not lie in the archive")
    }
    let isPossible =
      member.method == 0
      ? member.size == member.packedSize
      : member.size / Inflater.largestRatio <= member.packedSize
    guard isPossible else {
      throw refuse(
        "\(member.packedSize) bytes cannot be unpacked to the \(member.size) that it claims")
    }
  }

  /// Finds the end of the archive, which tells where the list is.
  private static func findList(in file: borrowing InputFile) throws -> List {
    // The end has 22 bytes and a comment of 65,535 at most.
    let start = max(0, file.size - 22 - 65_535)
    let bytes = try read(file.size - start, at: start, of: file)
    let found = bytes.indices.dropLast(21).last { place in
      number(bytes, place, 4) == 0x0605_4b50
        && place + 22 + number(bytes, place + 20, 2) == bytes.count
    }
    guard let found else {
      throw DataError.malformed(
        file.path, problem: "the zip archive ends before its list of contents")
    }
    guard number(bytes, found + 4, 2) == 0, number(bytes, found + 6, 2) == 0 else {
      throw DataError.malformed(file.path, problem: "this is one of several parts of a zip archive")
    }
    var list = List(
      count: number(bytes, found + 10, 2), size: number(bytes, found + 12, 4),
      start: number(bytes, found + 16, 4))
    var end = start + found
    if list.count == 0xffff || list.size == 0xffff_ffff || list.start == 0xffff_ffff {
      (list, end) = try largeList(before: end, in: file)
    }
    guard list.size <= end, list.start <= end - list.size, list.count <= list.size / 46 else {
      throw DataError.malformed(file.path, problem: "the zip archive's list does not lie in it")
    }
    return list
  }

  /// Where the list of a zip64 archive is, whose end lies at `end`, and where what tells so begins.
  private static func largeList(
    before end: Int, in file: borrowing InputFile
  ) throws -> (List, end: Int) {
    let damage = DataError.malformed(
      file.path, problem: "the zip64 archive's list of contents cannot be found")
    guard end >= 20 else { throw damage }
    let locator = try read(20, at: end - 20, of: file)
    let place = number(locator, 8, 8)
    guard number(locator, 0, 4) == 0x0706_4b50, place <= end - 20 - 56 else { throw damage }
    let record = try read(56, at: place, of: file)
    guard number(record, 0, 4) == 0x0606_4b50 else { throw damage }
    return (
      List(count: number(record, 32, 8), size: number(record, 40, 8), start: number(record, 48, 8)),
      place
    )
  }

  /// The members that the bytes of a list tell of.
  private static func members(
    _ bytes: [UInt8], _ list: List, path: String, fileSize: Int
  ) throws -> [Member] {
    var members: [Member] = []
    var names: Set<String> = []
    var rest = bytes[...]
    for _ in 0..<list.count {
      guard let member = member(&rest) else {
        throw DataError.malformed(
          path, at: list.start + rest.startIndex, problem: "the zip archive's list is damaged")
      }
      guard names.insert(member.name).inserted else {
        throw DataError.malformed(
          path, problem: "the zip archive has two members called \(member.name.debugDescription)")
      }
      // Folders and what a Mac adds are listed, too.
      if member.name.hasSuffix(".npy") {
        try check(member, path: path, end: list.start)
        members.append(member)
      }
    }
    return members
  }

  /// The member whose entry `list` begins with, and which is removed from it; nil where it is damaged.
  private static func member(_ list: inout ArraySlice<UInt8>) -> Member? {
    let entry = Array(list.prefix(46))
    guard entry.count == 46, number(entry, 0, 4) == 0x0201_4b50 else { return nil }
    let lengths = [28, 30, 32].map { number(entry, $0, 2) }
    let texts = list.dropFirst(46)
    guard texts.count >= lengths.reduce(0, +) else { return nil }
    let extra = Array(texts.dropFirst(lengths[0]).prefix(lengths[1]))
    var sizes = [number(entry, 24, 4), number(entry, 20, 4), number(entry, 42, 4)]
    guard widen(&sizes, from: extra) else { return nil }
    list = texts.dropFirst(lengths.reduce(0, +))
    return Member(
      name: String(decoding: texts.prefix(lengths[0]), as: UTF8.self), start: sizes[2],
      packedSize: sizes[1], size: sizes[0], checksum: UInt32(number(entry, 16, 4)),
      method: number(entry, 10, 2), flags: number(entry, 8, 2))
  }

  /// Takes those of `sizes` that 32 bits do not hold from the field of zip64 in `extra`; returns false where
  /// it is not there.
  private static func widen(_ sizes: inout [Int], from extra: [UInt8]) -> Bool {
    guard sizes.contains(0xffff_ffff) else { return true }
    var place = 0
    while place + 4 <= extra.count {
      let length = number(extra, place + 2, 2)
      guard place + 4 + length <= extra.count else { return false }
      if number(extra, place, 2) == 1 {
        var rest = place + 4
        for index in sizes.indices where sizes[index] == 0xffff_ffff {
          guard rest + 8 <= place + 4 + length else { return false }
          sizes[index] = number(extra, rest, 8)
          rest += 8
        }
        return true
      }
      place += 4 + length
    }
    return false
  }

  /// Where the bytes of `member` begin, behind its local header.
  func dataStart(of member: Member) throws -> Int {
    let header = try Self.read(30, at: member.start, of: file)
    guard Self.number(header, 0, 4) == 0x0403_4b50 else {
      throw DataError.malformed(
        file.path, at: member.start,
        problem: "\(member.name.debugDescription) of the zip archive does not begin here")
    }
    return member.start + 30 + Self.number(header, 26, 2) + Self.number(header, 28, 2)
  }

  /// The `count` bytes at `offset`.
  private static func read(
    _ count: Int, at offset: Int, of file: borrowing InputFile
  ) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    do {
      try bytes.withUnsafeMutableBytes { try file.read(at: offset, into: $0) }
    } catch let error as FileError {
      throw DataError(error)
    }
    return bytes
  }

  /// The number in `count` bytes from `place` on, the least significant first. Numbers beyond what an `Int`
  /// holds, which no archive has, become the largest.
  private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
    let bits = bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    return Int(clamping: bits)
  }
}
