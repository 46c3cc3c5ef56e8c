import Foundation
@testable import Images
import Platform
import Support
import Testing

@Suite struct IDXTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  let plain = idx([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])

  @Test func plainFile() throws {
    let array = try IDX(contentsOf: folder.file("a", plain), dimensionCount: 3)
    #expect(array.dimensions == [2, 2, 3])
    #expect(array.elements == Array(1...12))
  }

  @Test func gzipIsRecognisedByItsContents() throws {
    let array = try IDX(contentsOf: folder.file("a", gzip(plain)), dimensionCount: 3)
    #expect(array.elements == Array(1...12))
    let other = try IDX(contentsOf: folder.file("a.gz", plain), dimensionCount: 3)
    #expect(other == array)
  }

  /// RFC 1952, section 2.2: a file may consist of several members, one after the other.
  @Test(arguments: [1, 4, 9, 27]) func severalMembers(cut: Int) throws {
    let bytes = try gzip(Array(plain[..<cut])) + gzip([]) + gzip(Array(plain[cut...]))
    let array = try IDX(contentsOf: folder.file("a", bytes), dimensionCount: 3)
    #expect(array.elements == Array(1...12))
  }

  /// Block devices and tapes fill up with zeros, and `gzip -t` takes them for nothing.
  @Test(arguments: [1, 511, 200_000]) func zerosBehindTheData(count: Int) throws {
    let packed = try gzip(plain)
    let zeros = [UInt8](repeating: 0, count: count)
    let array = try IDX(contentsOf: folder.file("a", packed + zeros), dimensionCount: 3)
    #expect(array.elements == Array(1...12))
    let error = try #require(throws: DataError.self) {
      try IDX(contentsOf: folder.file("b", packed + zeros + [7, 7, 7]), dimensionCount: 3)
    }
    #expect(error.problem.hasPrefix("other data follows the gzip data"))
  }

  /// More than the reader's own buffer holds, compressed well and not at all.
  @Test(arguments: [1, 6_364_136_223_846_793_005 as UInt64]) func manyBytes(factor: UInt64) throws {
    var state: UInt64 = 1
    let elements = (0..<300_000).map { _ in
      state = state &* factor &+ 1_442_695_040_888_963_407
      return UInt8(state >> 56)
    }
    let bytes = idx([300_000], elements)
    for contents in [bytes, try gzip(bytes)] {
      let array = try IDX(contentsOf: folder.file("a", contents), dimensionCount: 1)
      #expect(array.elements == elements)
    }
  }

  /// What is wrong, the bytes, where the error must point, and words that must be in it.
  static let malformed: [(String, [UInt8], Int, String)] = [
    ("empty", [], 0, "the file is empty"),
    ("short magic", [0, 0, 8], 0, "the file has 3 bytes, and no header"),
    ("other magic", [0x89, 0x51, 0x4e, 0x47], 0, "begins with 137, 81"),
    ("a picture", [0x89] + Array("PNG".utf8), 0, "this is one picture, PNG"),
    ("an archive", Array("PK".utf8) + [3, 4], 0, "this is a zip archive"),
    ("an array", [0x93] + Array("NUMPY".utf8), 0, "this is a NumPy array"),
    ("a page", Array("\n<!doctype html>".utf8), 0, "this is a web page"),
    (
      "a pointer", Array("version https://git-lfs.github.com/spec/v1\noid".utf8), 0,
      "this is a pointer of Git LFS"
    ),
    ("text", Array("label,1x1,1x2\n".utf8), 0, "this is text, such as CSV"),
    ("floats", idx(type: 0x0d, [1], [0, 0, 0, 0]), 2, "the elements are 32-bit floats"),
    ("two dimensions", idx([1, 1], [0]), 3, "2 dimensions, where some were expected"),
    ("no dimensions", [0, 0, 8, 0], 3, "0 dimensions"),
    ("cut in the header", [0, 0, 8, 1, 0, 0], 6, "dimension 0"),
    ("nothing declared", idx([0], []), 4, "dimension 0 is zero"),
    (
      "too few", idx([5], [1, 2, 3, 4]), 4, "declares 5 bytes, and the file can hold no more than 4"
    ),
    ("too many", idx([3], [1, 2, 3, 4]), 11, "more data than the header declares"),
    ("huge", idx([0xffff_ffff], [1]), 4, "declares 4294967295 bytes"),
  ]

  @Test(arguments: malformed.indices) func malformedContents(index: Int) throws {
    let (name, bytes, offset, words) = Self.malformed[index]
    let path = try folder.file("a", bytes)
    let error = try #require(throws: DataError.self, "\(name)") {
      try IDX(contentsOf: path, dimensionCount: 1)
    }
    #expect(error.kind == .malformed)
    #expect(error.offset == offset, "\(error)")
    #expect(error.path == path)
    #expect(error.description.contains(words), "\(error)")
  }

  @Test func overflowingDimensions() throws {
    let path = try folder.file("a", idx([0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [1]))
    let error = try #require(throws: DataError.self) {
      try IDX(contentsOf: path, dimensionCount: 3)
    }
    #expect(error.problem.contains("4294967295 × 4294967295 × 4294967295"))
  }

  @Test func gzipCannotDeclareMoreThanItCanHold() throws {
    let path = try folder.file("a", gzip(idx([1_000_000], [1])))
    let error = try #require(throws: DataError.self) {
      try IDX(contentsOf: path, dimensionCount: 1)
    }
    #expect(error.problem.contains("declares 1000000 bytes"))
  }

  @Test func gzipOfMoreThanDeclared() throws {
    let path = try folder.file("a", gzip(idx([2], [1, 2, 3])))
    let error = try #require(throws: DataError.self) {
      try IDX(contentsOf: path, dimensionCount: 1)
    }
    #expect(error.problem.contains("more data than the header declares"))
    #expect(error.offset == 10)
  }

  @Test func gzipCutShortAnywhere() throws {
    let whole = try gzip(plain)
    for count in 2..<whole.count {
      let path = try folder.file("a", Array(whole[..<count]))
      let error = try #require(throws: DataError.self) {
        try IDX(contentsOf: path, dimensionCount: 3)
      }
      #expect(error.problem == "the gzip data is cut short")
      #expect(error.offset == count)
    }
  }

  @Test func gzipDamaged() throws {
    var bytes = try gzip(plain)
    bytes[bytes.count - 8] ^= 1  // the checksum's first byte
    let path = try folder.file("a", bytes)
    let error = try #require(throws: DataError.self) {
      try IDX(contentsOf: path, dimensionCount: 3)
    }
    #expect(error.problem == "the gzip data is damaged (incorrect data check)")
  }

  @Test func otherDataBehindGzip() throws {
    let whole = try gzip(plain)
    let path = try folder.file("a", whole + [1, 2, 3, 4])
    let error = try #require(throws: DataError.self) {
      try IDX(contentsOf: path, dimensionCount: 3)
    }
    #expect(error.problem.hasPrefix("other data follows the gzip data"))
  }

  @Test func whatTheSystemRefuses() throws {
    for path in [folder.url.path + "/none", folder.url.path, "/dev/zero"] {
      let error = try #require(throws: DataError.self) {
        try IDX(contentsOf: path, dimensionCount: 1)
      }
      #expect(error.kind == .system)
      #expect(error.path == path)
    }
  }
}
