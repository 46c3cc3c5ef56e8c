@testable import Formats
import Foundation
@testable import Platform
import Support
import Testing

/// Thousands of damaged files: each is read or refused with an `FileError`, and never traps.
@Suite struct SafetensorsFuzzTests {
  /// Pieces that headers are made of: one put in place of another gives what random bytes rarely
  /// do.
  static let pieces = [
    "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud800", "\"a\"", "\"dtype\"", "\"shape\"",
    "\"data_offsets\"", "\"__metadata__\"", "F32", "0", "4", "8", "16", "-1", "1e9",
    "9223372036854775807", "99999999999999999999", " ", "\u{7f}",
  ].map { Array($0.utf8) }

  @Test func damagedFiles() throws {
    let folder = try TemporaryFolder()
    let whole = SafetensorsTests.file(
      """
      {"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},\
      "b":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}
      """, Array(1...12))
    var generator = SplitMix64()
    var refused = 0
    let path = try folder.file("a", [])
    // Held open, because some file systems write to the disk at once what is emptied and closed.
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    for _ in 0..<6000 {
      try handle.truncate(atOffset: 0)
      try handle.write(contentsOf: Data(generator.damage(whole)))
      do {
        let file = try SafetensorsFile(opening: path)
        for tensor in file.tensors where tensor.elementType == .float32 {
          let values: [Float] = try file.read(tensor.name)
          #expect(values.count == tensor.elementCount)
        }
      } catch let error as FileError {
        #expect(error.kind == .malformed)
        refused += 1
      }
    }
    #expect(refused > 4000)
  }
}

/// A small generator whose numbers are the same everywhere (Steele, Lea and Flood, 2014).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64 = 1

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  /// `whole` with one or two changes; half of the time its length still tells the header's.
  mutating func damage(_ whole: [UInt8]) -> [UInt8] {
    var bytes = whole
    for _ in 0..<Int.random(in: 1...2, using: &self) where bytes.count > 8 {
      let index = Int.random(in: 8..<bytes.count, using: &self)
      let piece = SafetensorsFuzzTests.pieces.randomElement(using: &self)!
      switch Int.random(in: 0..<6, using: &self) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &self)
      case 1: bytes.insert(contentsOf: piece, at: index)
      case 2: bytes.replaceSubrange(index..<min(index + piece.count, bytes.count), with: piece)
      case 3: bytes.removeSubrange(index..<min(index + 3, bytes.count))
      case 4: bytes.removeSubrange(index...)
      default: bytes[Int.random(in: 0..<8, using: &self)] = UInt8.random(in: 0...255, using: &self)
      }
    }
    if Bool.random(using: &self), bytes.count > 20 {
      let length = bytes.count - 8 - 12
      bytes[0] = UInt8(length & 255)
      bytes[1] = UInt8(length >> 8)
    }
    return bytes
  }
}
