@testable import Formats
import Foundation
import Support
import Testing

/// PNG files as pictures in shades of grey; all kinds, made by Pillow, are in ``ForeignFilesTests``.
@Suite struct PNGDecodeTests {
  private var picture: GreyImage {
    var image = GreyImage(width: 13, height: 7)
    for index in image.pixels.indices {
      image.pixels[index] = UInt8(truncatingIfNeeded: index * 37)
    }
    return image
  }

  private func decode(_ file: [UInt8]) throws -> GreyImage {
    let source = try PNG.Picture(file)
    var image = GreyImage(width: source.header.width, height: source.header.height)
    var pixels = image.pixels.mutableSpan
    try source.decode(into: &pixels)
    return image
  }

  @Test func ours() throws {
    let file = PNG.encode(picture)
    #expect(try decode(file) == picture)
    let header = try PNG.Header(file)
    #expect((header.width, header.height, header.pixelBits) == (13, 7, 8))
    let large = try PNG.Header(claiming(40_000, 40_000))
    #expect(header.fits(in: 1) && large.fits(in: 1 << 21) && !large.fits(in: 1 << 20))
  }

  /// What a viewer can do without is passed over unread, and so is what follows the end.
  @Test func otherChunks() throws {
    let file = PNG.encode(picture)
    let text = chunk("zTXt", Array("Comment\0\0".utf8) + [1, 2, 3])
    #expect(try decode(file[..<33] + text + file[33...] + [1, 2, 3]) == picture)
    #expect(throws: PNG.Problem.self) {
      try decode(file[..<33] + chunk("ABCD", []) + file[33...])
    }
  }

  /// Interlaced rows come in seven passes, of which small pictures have not all. A pixel is in the pass that
  /// its place has in this pattern of 8 × 8: PNG specification, section 8.2.
  @Test(arguments: [(13, 7), (8, 9), (5, 1), (2, 3), (1, 1)])
  func interlaced(width: Int, height: Int) throws {
    let pattern = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777"]
      .map(Array.init)
    var image = GreyImage(width: width, height: height)
    for index in image.pixels.indices { image.pixels[index] = UInt8(index * 2 + 1) }
    let rows = "1234567".flatMap { pass in
      (0..<height).flatMap { row -> [UInt8] in
        let line = pattern[row % 8 < 6 ? row % 8 : row % 8 - 4]
        let pixels = (0..<width).filter { line[$0 % 8] == pass }
        return pixels.isEmpty ? [] : [0] + pixels.map { image.pixels[row * width + $0] }
      }
    }
    var file = PNG.encode(image)
    let header = Array(file[16..<28]) + [1]
    file = file[..<8] + chunk("IHDR", header) + chunk("IDAT", packed(rows)) + chunk("IEND", [])
    #expect(try decode(file) == image)
    for count in 0..<file.count {
      #expect(throws: PNG.Problem.self) { try decode(Array(file[..<count])) }
    }
  }

  /// The bytes as zlib has them: RFC 1950.
  private func packed(_ bytes: [UInt8]) -> [UInt8] {
    let sums = bytes.reduce((1, 0)) { sums, byte in
      let first = (sums.0 + Int(byte)) % 65_521
      return (first, (sums.1 + first) % 65_521)
    }
    let deflated = ZipPart("", bytes, isDeflated: true).packed
    return [0x78, 1] + deflated + little(sums.1 << 16 | sums.0, 4).reversed()
  }

  @Test func cutShortAnywhere() {
    let file = PNG.encode(picture)
    for count in 0..<file.count {
      #expect(throws: PNG.Problem.self) { try decode(Array(file[..<count])) }
    }
  }

  @Test(
    arguments: [
      (0, 0, "cannot have 0 × 0 pixels"), (13, 0, "cannot have"),
      (1 << 31, 7, "cannot have 7 × 2147483648 pixels (rows × columns)"),
      (1 << 31 - 1, 1 << 31 - 1, "cannot hold the 2147483647 × 2147483647 pixels (rows"),
      (100_000, 100_000, "cannot hold the 100000 × 100000 pixels"),
      (13, 8, "the PNG file is damaged"), (14, 7, "the PNG file is damaged"),
    ])
  func claims(width: Int, height: Int, words: String) throws {
    let problem = try #require(throws: PNG.Problem.self) {
      try decode(claiming(width, height))
    }
    #expect(problem.text.contains(words), "\(problem)")
  }

  @Test(
    arguments: [(3, 0), (4, 2), (16, 3), (8, 1), (8, 7), (0, 0), (255, 6)] as [(UInt8, UInt8)])
  func forms(depth: UInt8, colors: UInt8) throws {
    let problem = try #require(throws: PNG.Problem.self) {
      try decode(claiming(13, 7, depth: depth, colors: colors))
    }
    #expect(problem.text == "a PNG file has no color type \(colors) with \(depth) bits a sample")
  }

  /// Thousands of damaged files: each is read or refused, and none traps or asks for much memory.
  @Test func damagedFiles() {
    let whole = PNG.encode(picture)
    var generator = SystemRandom(state: 1)
    var refused = 0
    for _ in 0..<3000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let index = bytes.indices.randomElement(using: &generator)!
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
        case 2: if bytes.count > 1 { bytes.remove(at: index) }
        default: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
      }
      do { _ = try decode(bytes) } catch { refused += error is PNG.Problem ? 1 : 0 }
    }
    #expect(refused > 2000)
  }

  /// A small generator whose numbers are the same everywhere (Steele, Lea and Flood, 2014).
  private struct SystemRandom: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
      return mixed ^ mixed >> 31
    }
  }

  /// The picture's file with another header, whose checksum is right.
  private func claiming(
    _ width: Int, _ height: Int, depth: UInt8 = 8, colors: UInt8 = 0
  ) -> [UInt8] {
    let sizes = [width, height].flatMap { size in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
    }
    let file = PNG.encode(picture)
    return file[..<8] + chunk("IHDR", sizes + [depth, colors, 0, 0, 0]) + file[33...]
  }

  private func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    let checksum = ZipPart("", body).checksum
    return little(data.count, 4).reversed() + body + little(checksum, 4).reversed()
  }
}
