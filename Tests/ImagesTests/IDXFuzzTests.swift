import Foundation
@testable import Images
import Support
import Testing

/// Thousands of damaged files: each is read or refused with a `DataError`, and never traps.
@Suite struct IDXFuzzTests {
  @Test(arguments: [false, true]) func damagedFiles(compressed: Bool) throws {
    let folder = try TemporaryFolder()
    let plain = idx([3, 4, 5], (0..<60).map { UInt8($0) })
    let whole = compressed ? try gzip(plain) : plain
    var generator = SplitMix64()
    var refused = 0
    let path = try folder.file("a", [])
    // Held open, because some file systems write to the disk at once what is emptied and closed.
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    for _ in 0..<4000 {
      try file.truncate(atOffset: 0)
      try file.write(contentsOf: Data(generator.damage(whole)))
      do {
        let array = try IDX(contentsOf: path, dimensionCount: 3)
        #expect(array.elements.count == array.dimensions.reduce(1, *))
      } catch let error as DataError {
        #expect(error.kind == .malformed)
        refused += 1
      }
    }
    #expect(refused > 1000)
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

  /// `whole` with up to three changes: bytes set, inserted, removed or doubled, or the end cut off.
  mutating func damage(_ whole: [UInt8]) -> [UInt8] {
    var bytes = whole
    for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
      let index = bytes.indices.randomElement(using: &self)!
      switch Int.random(in: 0..<6, using: &self) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &self)
      case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &self), at: index)
      case 3: bytes.remove(at: index)
      case 4: bytes.append(contentsOf: bytes[index...])
      default: bytes.removeSubrange(index...)
      }
    }
    return bytes
  }
}
