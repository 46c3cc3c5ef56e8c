@testable import Formats
import Foundation
@testable import Platform
import Support
import Testing

@Suite struct SafetensorsTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// The bytes of a file with this header, worked out by hand, and these elements.
  static func file(_ json: String, _ elements: [UInt8]) -> [UInt8] {
    let count = json.utf8.count
    return [UInt8(count & 255), UInt8(count >> 8), 0, 0, 0, 0, 0, 0] + Array(json.utf8) + elements
  }

  @Test func bytesOfASmallFile() throws {
    let path = folder.url.appendingPathComponent("a").path
    var file = try OutputFile(creating: path)
    let tensors = [
      Safetensors.Tensor(name: "b", shape: [2]),
      Safetensors.Tensor(name: "a", elementType: .int64, shape: []),
    ]
    try Safetensors.write(tensors, metadata: ["z": "1", "format": "pt"], to: &file) {
      tensor, file in
      if tensor.name == "b" {
        try file.write(([1, -2] as [Float]).span)
      } else {
        try file.write(([-2] as [Int64]).span)
      }
    }
    try file.close()
    let json = """
      {"__metadata__":{"format":"pt","z":"1"},\
      "b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},\
      "a":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}
      """
    #expect(json.utf8.count == 152)
    let elements: [UInt8] = [
      0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    ]
    #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == Self.file(json, elements))
  }

  @Test func reading() throws {
    let json = #"""
       {"w\u00e9\ud83d\ude00\n" : { "shape" : [ 1 , 2 ], "data_offsets":[8,16], "dtype":"F32"},
      "__metadata__":{"k":"v\"\\"},"e":{"dtype":"F32","shape":[0,3],"data_offsets":[8,8]},
      "a":{"dtype":"U64","shape":[1],"data_offsets":[0,8]}}
      """#.dropFirst()
    let elements: [UInt8] = [1, 2, 0, 0, 0, 0, 0, 0x80, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]
    let path = try folder.file("a", Self.file(String(json), elements))
    let file = try SafetensorsFile(opening: path)
    #expect(file.tensors.map(\.name) == ["a", "e", "wé😀\n"])
    #expect(file.metadata == ["k": "v\"\\"])
    #expect(try file.tensor("wé😀\n").shape == [1, 2])
    #expect(try file.read("a", as: UInt64.self) == [0x8000_0000_0000_0201])
    #expect(try file.read("e", as: Float.self) == [])
    var values: [Float] = [0, 0]
    var span = values.mutableSpan
    try file.read("wé😀\n", into: &span)
    #expect(values == [1, -2])
  }

  /// IEEE 754: 1, -2, the largest, the least normal, the least and infinity of each format.
  @Test func halvesAreWidenedExactly() throws {
    let json = #"""
      {"h":{"dtype":"F16","shape":[6],"data_offsets":[0,12]},\
      "b":{"dtype":"BF16","shape":[6],"data_offsets":[12,24]}}
      """#.replacing("\\\n", with: "")
    let halves: [UInt16] = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x7c00]
    let brain: [UInt16] = [0x3f80, 0xc000, 0x7f7f, 0x0080, 0x0001, 0x7f80]
    let bytes = (halves + brain).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let file = try SafetensorsFile(opening: try folder.file("a", Self.file(json, bytes)))
    #expect(try file.readFloats("h") == [1, -2, 65504, 0x1p-14, 0x1p-24, .infinity])
    #expect(
      try file.readFloats("b") == [1, -2, 0x1.fep127, 0x1p-126, 0x1p-133, .infinity])
    #expect(throws: FileError.self) { try file.read("h", as: Float.self) }
  }

  /// The sizes that safetensors 0.8.0 gives these types, in bits: 4, 6, 8 and 64.
  @Test(
    "types that are only shown",
    arguments: [
      ("F4", 4, 2), ("F6_E2M3", 4, 3), ("F6_E3M2", 8, 6), ("F8_E8M0", 3, 3), ("C64", 2, 16),
    ])
  func otherTypes(type: String, count: Int, size: Int) throws {
    let json = #"{"a":{"dtype":"\#(type)","shape":[\#(count)],"data_offsets":[0,\#(size)]}}"#
    let bytes = Self.file(json, [UInt8](repeating: 1, count: size))
    let file = try SafetensorsFile(opening: try folder.file("a", bytes))
    #expect(file.tensors.map(\.elementType.rawValue) == [type])
    #expect(file.tensors.map(\.size) == [size])
    #expect(throws: FileError.self) { try file.readFloats("a") }
  }

  @Test func askingForTheWrongThing() throws {
    let json = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    let file = try SafetensorsFile(opening: try folder.file("a", Self.file(json, [0, 0, 0, 0])))
    do {
      _ = try file.read("b", as: Float.self)
      Issue.record("there is no b")
    } catch let error as FileError {
      #expect(error.part?.name == "b")
      #expect(error.problem.contains("none of this name among the 1"))
    }
    do {
      _ = try file.read("a", as: Double.self)
      Issue.record("a is not double")
    } catch let error as FileError {
      #expect(error.problem == "its elements are F32, where F64 is wanted")
    }
    do {
      var values: [Float] = [0, 0]
      var span = values.mutableSpan
      try file.read("a", into: &span)
      Issue.record("a has one element")
    } catch let error as FileError {
      #expect(error.problem == "its shape is [1], where 2 elements are wanted")
    }
  }
}
