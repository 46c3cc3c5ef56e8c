import Foundation
import Support
import Testing

/// What is wrong with a file of parameters, which has no checksum: one sentence, code 65, no file.
@Suite struct BadParametersTests {
  /// A way to spoil the file of parameters.
  struct Damage: Sendable, CustomTestStringConvertible {
    let name: String
    let sentence: String
    /// Whether it is still safetensors, of which `inspect` tells why it is no model.
    var isReadable = false
    let spoil: @Sendable (inout [UInt8]) throws -> Void

    var testDescription: String { name }
  }

  private static let damages = [
    Damage(name: "truncated", sentence: "reach beyond the file's") { $0.removeLast(1000) },
    Damage(name: "empty", sentence: "0 bytes, too few") { $0 = [] },
    Damage(name: "a header beyond the file", sentence: "the header's length is") {
      $0.replaceSubrange(0..<8, with: [255, 255, 255, 255, 255, 255, 255, 127])
    },
    Damage(name: "no JSON", sentence: "byte 8") { $0[8] = UInt8(ascii: "[") },
    Damage(name: "overlapping offsets", sentence: "overlap") {
      try editHeader(&$0) { $0["fc1.bias"]?.data_offsets = [0, 64] }
    },
    Damage(name: "overflowing offsets", sentence: "integer") {
      try editHeader(&$0, replacing: "[0,4096]", by: "[0,18446744073709551616]")
    },
    Damage(name: "offsets that are negative", sentence: "byte") {
      try editHeader(&$0, replacing: "[0,4096]", by: "[-4096,0]")
    },
    Damage(name: "offsets out of the file", sentence: "reach beyond the file's") {
      try editHeader(&$0) { $0["fc4.bias"]?.data_offsets[1] += 4 }
    },
    Damage(name: "a shape whose size overflows", sentence: "do not fit the shape") {
      try editHeader(&$0) { $0["fc1.weight"]?.shape = [1 << 62, 1 << 62] }
    },
    Damage(name: "another shape", sentence: "where the model has", isReadable: true) {
      try editHeader(&$0) { $0["fc4.weight"]?.shape = [16, 64] }
    },
    Damage(name: "a missing tensor", sentence: "there is none of this name", isReadable: true) {
      try editHeader(&$0) { header in
        header["fc22.wight"] = header["fc22.weight"]
        header["fc22.weight"] = nil
      }
    },
    Damage(name: "another element type", sentence: "its elements are I32", isReadable: true) {
      try editHeader(&$0) { $0["fc3.bias"]?.dtype = "I32" }
    },
    Damage(name: "a shape of zeros", sentence: "are wanted", isReadable: true) {
      try editHeader(&$0) { header in
        header["fc1.weight"]?.shape = [0, 64]
        header["fc1.weight"]?.data_offsets = [0, 0]
        header["more"] = Entry(dtype: "F32", shape: [16, 64], data_offsets: [0, 4096])
      }
    },
  ]

  @Test("using a damaged .safetensors file", arguments: Launch.each(damages, onRanks: 0, 9))
  func parameters(damage: Damage, launch: Launch) throws {
    let folder = try RunFolder.trained()
    var bytes = Array(try folder.contents.model())
    try damage.spoil(&bytes)
    let file = folder.path("model.safetensors")
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    let output = folder.path("samples.npy")
    try Job(["sample", file, "--output", output], launch).fail(65, damage.sentence, file)
    #expect(!FileManager.default.fileExists(atPath: output))
    guard case .alone = launch else { return }
    guard damage.isReadable else {
      try Job(["inspect", file]).fail(65, damage.sentence, file)
      return
    }
    let outcome = try Job(["inspect", file]).succeed()
    #expect(outcome.output.contains("\nwhole          yes"))
    let digest = try Command(["sha256sum", file]).run().output.prefix(64)
    #expect(outcome.output.contains("\nSHA-256        \(digest)"))
    #expect(
      outcome.output.contains("none of this program") || outcome.output.contains("not in F32"))
  }

  struct Entry: Codable {
    var dtype: String
    var shape: [Int]
    var data_offsets: [Int]
  }

  /// Changes the header of a safetensors file as JSON, without what describes the whole file.
  private static func editHeader(
    _ bytes: inout [UInt8], _ change: (inout [String: Entry]) -> Void
  ) throws {
    try editText(&bytes) { text in
      var all = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
      all["__metadata__"] = nil
      let rest = try JSONSerialization.data(withJSONObject: all)
      var header = try JSONDecoder().decode([String: Entry].self, from: rest)
      change(&header)
      return try JSONEncoder().encode(header)
    }
  }

  /// Changes the header of a safetensors file as text.
  private static func editHeader(
    _ bytes: inout [UInt8], replacing old: String, by new: String
  ) throws {
    try editText(&bytes) { text in
      let text = String(decoding: text, as: UTF8.self).replacing(" ", with: "")
      try #require(text.contains(old))
      return Data(text.replacing(old, with: new).utf8)
    }
  }

  private static func editText(_ bytes: inout [UInt8], _ change: (Data) throws -> Data) throws {
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let text = try change(Data(bytes[8..<8 + length]))
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    bytes.replaceSubrange(..<(8 + length), with: prefix + text)
  }
}
