@testable import Formats
import Foundation
@testable import Platform
import Support
import Testing

/// Files that must be refused, each with an error that says why.
@Suite struct SafetensorsMalformedTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// A header's text, how many bytes of data follow it, and words that must be in the error.
  static let headers: [(String, Int, String)] = [
    ("", 0, "does not begin with {"),
    ("[]", 0, "does not begin with {"),
    (" {}", 0, "does not begin with {"),
    ("{", 0, "\" was expected"),
    ("{}x", 0, "something follows the object"),
    ("{} {}", 0, "something follows the object"),
    ("{\"a", 0, "a string has no end"),
    ("{\"a\\\"", 0, "a string has no end"),
    ("{\"a\\", 0, "unknown escape"),
    ("{\"a\\x\":{}}", 0, "unknown escape"),
    ("{\"a\\u12g4\":{}}", 0, "four hexadecimal digits"),
    ("{\"a\\ud83d\":{}}", 0, "half of a surrogate pair"),
    ("{\"a\\ude00\":{}}", 0, "half of a surrogate pair"),
    ("{\"a\n\":{}}", 0, "control character"),
    ("{\"a\"}", 0, ": was expected"),
    ("{\"a\":1}", 0, "{ was expected"),
    ("{\"a\":{}}", 0, "\"a\" lacks its dtype"),
    ("{\"a\":{},}", 0, "\"a\" lacks its dtype"),
    ("{\"__metadata__\":{\"a\":1}}", 0, "\" was expected"),
    ("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0, "the key \"a\" is repeated"),
    ("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "the key \"__metadata__\" is repeated"),
    (a("F32", "1", "0,4") + b("F32", "0", "4,4", name: "a"), 4, "the key \"a\" is repeated"),
    ("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, "the key \"dtype\" is repeated"),
    ("{\"a\":{\"dtype\":\"F32\",\"strides\":[1]}}", 0, "unknown key \"strides\""),
    (a("F99", "1", "0,4") + "}", 4, "the element type \"F99\" is unknown"),
    (a("f32", "1", "0,4") + "}", 4, "the element type \"f32\" is unknown"),
    (a("F32", "-1", "0,4") + "}", 4, "an integer from 0"),
    (a("F32", "1.0", "0,4") + "}", 4, "] was expected"),
    (a("F32", "1e0", "0,4") + "}", 4, "] was expected"),
    (a("F32", "01", "0,4") + "}", 4, "an integer from 0"),
    (a("F32", "null", "0,4") + "}", 4, "an integer from 0"),
    (a("F32", "9223372036854775808", "0,4") + "}", 4, "an integer from 0"),
    (a("F32", "1", "0") + "}", 4, "two data_offsets"),
    (a("F32", "1", "0,4,8") + "}", 4, "two data_offsets"),
    (a("F32", "1", "4,0") + "}", 4, "wrong order"),
    (a("F32", "1", "0,4") + "}", 3, "reach beyond the file's 3 bytes"),
    (a("F32", "1", "0,9223372036854775807") + "}", 4, "reach beyond the file's 4 bytes"),
    (a("F32", "2", "0,4") + "}", 4, "do not fit the shape [2] of F32"),
    (a("F64", "1", "0,4") + "}", 4, "do not fit the shape [1] of F64"),
    (a("F32", "4611686018427387904,4,1", "0,4") + "}", 4, "do not fit the shape"),
    (a("F32", "9223372036854775807,3,0", "0,0") + "}", 0, "do not fit the shape"),
    (a("F32", "1", "0,4") + "}", 5, "fill 4 bytes and the file holds 5"),
    ("{}", 1, "fill 0 bytes and the file holds 1"),
    (a("F32", "1", "1,5") + "}", 5, "leave a gap after the tensor before, which ends at 0"),
    (a("F32", "1", "0,4") + b("F32", "1", "0,4"), 4, "overlap another tensor's"),
    (a("F32", "2", "0,8") + b("F32", "1", "4,8"), 8, "overlap another tensor's"),
    (a("F32", "1", "0,4") + b("F32", "1", "8,12"), 12, "leave a gap"),
  ]

  static func a(_ type: String, _ shape: String, _ offsets: String) -> String {
    "{\"a\":{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(offsets)]}"
  }

  static func b(_ type: String, _ shape: String, _ offsets: String, name: String = "b") -> String {
    ",\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(offsets)]}}"
  }

  @Test(arguments: headers.indices) func headerIsRefused(index: Int) throws {
    let (json, size, words) = Self.headers[index]
    try expectRefusal(
      SafetensorsTests.file(json, [UInt8](repeating: 0, count: size)), words, comment: json)
  }

  /// Whole files, for what goes wrong before there is a header.
  @Test(
    arguments: [
      ([], "too few for a header's length"),
      ([2, 0, 0, 0, 0, 0, 0], "too few for a header's length"),
      ([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d], "length is 3 where at most 2"),
      ([255, 255, 255, 255, 255, 255, 255, 255, 0x7b, 0x7d], "length is 18446744073709551615"),
      ([0, 0, 0, 0, 0, 0, 0, 128, 0x7b, 0x7d], "length is 9223372036854775808"),
      ([6, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22, 0x3a, 0x7d], "not UTF-8"),
    ] as [([UInt8], String)]) func fileIsRefused(bytes: [UInt8], words: String) throws
  {
    try expectRefusal(bytes, words, comment: "\(bytes)")
  }

  /// What else people have, as its programs begin it; and what they should type.
  @Test(
    "other formats are told by name",
    arguments: [
      ("PK\u{3}\u{4}\0\0\u{8}\u{8}archive/data.pklFB", "a PyTorch archive", "torch.load("),
      ("PK\u{3}\u{4}\u{14}\0\0\0fc1.weight.npyFB", "a NumPy archive", "numpy.ascontiguousarray(v)"),
      ("PK\u{3}\u{4}\u{14}\0\0\0metadata.json", "a ZIP archive", "unpack"),
      ("\u{80}\u{2}\u{8a}\nl\u{fc}\u{9c}F\u{f9} j", "a Python pickle", "torch.load("),
      ("\u{89}HDF\r\n\u{1a}\n\0\0\0", "an HDF5 file", "save_file"),
      ("\u{93}NUMPY\u{1}\0v\0{'descr'", "one NumPy array", "save_file"),
      ("\u{1f}\u{8b}\u{8}\0\0\0\0\0\0\u{3}", "a gzip archive", "gunzip"),
      ("<!DOCTYPE html>\n<html>", "a web page", "download"),
      ("version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer", "git lfs pull"),
      ("GGUF\u{3}\0\0\0\u{1}\0", "a GGUF file", "save_file"),
    ])
  func otherFormat(text: String, name: String, advice: String) throws {
    // One byte a character; some formats' first bytes are a length that only a large file has.
    let bytes = text.unicodeScalars.map { UInt8($0.value) } + [UInt8](repeating: 0, count: 600_000)
    let error = try refusal(of: try folder.file("a", bytes), comment: text)
    #expect(error.problem.contains("this is \(name)"), "\(error)")
    #expect(error.advice.description.contains(advice), "\(error)")
  }

  /// Formats that are text, or that a few bytes do not tell.
  @Test(
    "text, archives and ONNX models are told, too",
    arguments: [
      ("epochs: 3\ndata: /x\n", "text, such as YAML"), (" {\"weight_map\": {}}\n", "JSON"),
      ("\u{8}\u{8}\u{12}\u{8}lockstep\0\0\0", "an ONNX model"),
      (String(repeating: "A", count: 257) + "ustar\0" + "00", "a tar archive"),
    ])
  func textAndMore(text: String, name: String) throws {
    let error = try refusal(of: try folder.file("a", Array(text.utf8)), comment: name)
    #expect(error.problem.contains("this is \(name)"), "\(error)")
  }

  /// A header's length may begin with the bytes of another format.
  @Test func lengthsThatLookLikeOtherFormats() throws {
    for length in [0x3c, 0x3c20] {
      let json = "{}" + String(repeating: " ", count: length - 2)
      let file = try SafetensorsFile(
        opening: try folder.file("a", SafetensorsTests.file(json, [])))
      #expect(file.tensors.isEmpty)
    }
  }

  /// The reference implementation accepts no header above 100 MB, and so do we.
  @Test func hugeHeader() throws {
    let path = try folder.file("a", [1, 0xe1, 0xf5, 5, 0, 0, 0, 0])
    #expect(truncate(path, 200_000_000) == 0)  // a hole: it takes no room
    let error = try refusal(of: path, comment: "100000001 bytes")
    #expect(error.problem == "the header's length is 100000001 where at most 100000000 can be")
  }

  @Test func whatTheSystemRefuses() throws {
    for path in [folder.path("none"), folder.url.path, "/dev/zero"] {
      #expect(try refusal(of: path, comment: path).code == .inputOutput)
    }
  }

  /// A name from a file cannot send control sequences to a terminal.
  @Test func namesAreEscapedInErrors() throws {
    let json = #"{"\u001b[2J":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#
    let path = try folder.file("a", SafetensorsTests.file(json, []))
    let text = try refusal(of: path, comment: json).description
    #expect(!text.unicodeScalars.contains("\u{1b}"))
    #expect(text.contains(#"tensor "\u{1B}[2J""#), "\(text)")
  }

  private func expectRefusal(_ bytes: [UInt8], _ words: String, comment: String) throws {
    let error = try refusal(of: try folder.file("a", bytes), comment: comment)
    #expect(error.kind == .malformed)
    #expect(error.path == folder.path("a"))
    #expect(error.problem.contains(words), "\(comment): \(error)")
  }

  private func refusal(of path: String, comment: String) throws -> FileError {
    try #require(throws: FileError.self, "\(comment)") {
      _ = try SafetensorsFile(opening: path)
    }
  }
}
