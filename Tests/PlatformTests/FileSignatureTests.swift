import Foundation
@testable import Platform
import Support
import Testing

@Suite struct FileSignatureTests {
  /// What programs write, or, where none of them is everywhere, what the formats' specifications say.
  @Test(
    "a format is told by how its files begin",
    arguments: [
      (.bzip2, "425a6839314159265359"), (.ggufModel, "4747554603000000"), (.gzip, "1f8b0800"),
      (.hdf5, "894844460d0a1a0a"), (.jpeg, "ffd8ffe000104a464946"),
      (.matlab, "4d41544c414220352e30204d41542d66696c65"), (.numpy, "934e554d5059010076007b"),
      (.parquet, "5041523115041580"), (.png, "89504e470d0a1a0a"), (.xz, "fd377a585a000004"),
      (.zip, "504b030414000000"), (.zip, "504b050600000000"), (.zstandard, "28b52ffd2400"),
    ] as [(FileSignature, String)])
  func magic(signature: FileSignature, hexadecimal: String) {
    let digits = Array(hexadecimal)
    let bytes = stride(from: 0, to: digits.count, by: 2).map {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)!
    }
    #expect(FileSignature(bytes) == signature)
    #expect(FileSignature([0] + bytes) == nil)
    #expect(FileSignature(Array(bytes.prefix(1))) == nil)
  }

  @Test("a pointer of Git LFS is told from other text")
  func pointer() {
    let text = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9912422\n"
    #expect(FileSignature(Array(text.utf8)) == .gitLFSPointer)
    #expect(FileSignature(Array("version 2\n".utf8)) == nil)
    #expect(FileSignature([]) == nil)
  }

  /// The word stands behind the first file's name and sizes.
  @Test("an archive of tar is told by its first 512 bytes")
  func archive() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("a", [1, 2, 3])
    #expect(try Command(["tar", "-cf", "b", "a"]).run(in: folder.url).status == 0)
    let bytes = try folder.contents("b")
    #expect(FileSignature(Array(bytes.prefix(FileSignature.prefixSize))) == .tar)
    #expect(FileSignature(Array(bytes.prefix(257))) == nil)
  }

  @Test(
    "text and pages are told by their letters",
    arguments: [
      ("a,b\r\n1,2\n", true, false), ("  \n<!DOCTYPE html>", true, true), ("<html>", true, true),
      ("a < b", true, false), ("", false, false), ("a\u{0}b", false, false), ("é", false, false),
      ("\u{7f}", false, false),
    ])
  func text(text: String, isText: Bool, isPage: Bool) {
    #expect(FileSignature.isText(Array(text.utf8)) == isText)
    #expect(FileSignature.isPage(Array(text.utf8)) == isPage)
  }
}
