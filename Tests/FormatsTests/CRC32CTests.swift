@testable import Formats
import Testing

@Suite struct CRC32CTests {
  /// The bytes, and their check as it is sent, its lowest byte first.
  static let vectors: [([UInt8], [UInt8])] = [
    // RFC 3720, appendix B.4.
    ([UInt8](repeating: 0, count: 32), [0xaa, 0x36, 0x91, 0x8a]),
    ([UInt8](repeating: 0xff, count: 32), [0x43, 0xab, 0xa8, 0x62]),
    (Array(0..<32), [0x4e, 0x79, 0xdd, 0x46]),
    (Array((0..<32).reversed()), [0x5c, 0xdb, 0x3f, 0x11]),
    (
      [
        0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0,
        0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
      ], [0x56, 0x3a, 0x96, 0xd9]
    ),
    ([], [0, 0, 0, 0]),
  ]

  @Test("published checks", arguments: vectors)
  func check(bytes: [UInt8], expected: [UInt8]) {
    let number = expected.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    #expect(CRC32C.check(bytes) == number)
  }
}
