@testable import Formats
import Foundation
@testable import Platform
import Support
import Testing

@Suite struct NPYTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Worked out by hand from the format's description.
  @Test func bytesOfASmallFile() throws {
    try OutputFile.replace(folder.path("a.npy")) { file in
      try NPY.write([3, 1], of: Float.self, to: &file) { file in
        try file.write(([1, 2] as [Float]).span)
        try file.write(([-0.5] as [Float]).span)
      }
    }
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1), }"
    #expect(text.utf8.count == 59)
    let header =
      [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0] + Array(text.utf8)
      + [UInt8](repeating: 0x20, count: 58) + [0x0a]
    #expect(header.count == 128)
    let elements: [UInt8] = [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0, 0xbf]
    #expect(try folder.contents("a.npy") == header + elements)
  }

  @Test(arguments: [
    ([], "()"), ([5], "(5,)"), ([10_000, 20], "(10000, 20)"), ([2, 0, 3], "(2, 0, 3)"),
  ]) func shapes(shape: [Int], text: String) {
    let header = NPY.header(shape: shape, of: UInt8.self)
    let wanted = "{'descr': '|u1', 'fortran_order': False, 'shape': \(text), }"
    #expect(header.count.isMultiple(of: 64))
    #expect(header[10...].starts(with: Array(wanted.utf8)))
  }

  /// The smallest header that still needs 64 bytes more, and the largest that does not.
  @Test func padding() {
    for dimensions in 1...40 {
      let header = NPY.header(shape: [Int](repeating: 7, count: dimensions), of: Int64.self)
      #expect(header.count.isMultiple(of: 64))
      #expect(Int(header[8]) + 256 * Int(header[9]) == header.count - 10)
      #expect(header.last == 0x0a)
    }
  }
}
