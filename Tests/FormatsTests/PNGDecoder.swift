/// A second implementation of the PNG format, for 8-bit greyscale alone, to check the first.
///
/// Sources: https://www.w3.org/TR/png-3/, RFC 1950 (zlib). Traps on anything unexpected.
struct PNGDecoder {
  private(set) var width = 0
  private(set) var height = 0
  private(set) var pixels: [UInt8] = []
  /// The types of all chunks, in order.
  private(set) var chunks: [String] = []

  init(_ bytes: [UInt8]) {
    precondition(bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    var compressed: [UInt8] = []
    var rest = bytes[8...]
    while !rest.isEmpty {
      let count = Self.integer(rest.prefix(4))
      let body = rest.dropFirst(4).prefix(4 + count)
      precondition(Self.integer(rest.dropFirst(8 + count).prefix(4)) == Self.crc(body))
      let (type, data) = (String(decoding: body.prefix(4), as: UTF8.self), Array(body.dropFirst(4)))
      chunks.append(type)
      if type == "IHDR" {
        width = Self.integer(data[0..<4])
        height = Self.integer(data[4..<8])
        precondition(data[8...] == [8, 0, 0, 0, 0], "not 8-bit greyscale")
      }
      if type == "IDAT" { compressed += data }
      rest = rest.dropFirst(12 + count)
    }
    precondition(
      compressed[0] & 15 == 8 && (Int(compressed[0]) << 8 + Int(compressed[1])) % 31 == 0)
    var inflater = Inflate(Array(compressed.dropFirst(2).dropLast(4)))
    let lines = inflater.run()
    precondition(Self.integer(compressed.suffix(4)) == Self.adler(lines))
    unfilter(lines)
  }

  /// Section 9, "Filtering": each line begins with the number of its filter.
  private mutating func unfilter(_ lines: [UInt8]) {
    precondition(lines.count == height * (width + 1))
    pixels = [UInt8](repeating: 0, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        let left = x > 0 ? Int(pixels[y * width + x - 1]) : 0
        let up = y > 0 ? Int(pixels[(y - 1) * width + x]) : 0
        let corner = x > 0 && y > 0 ? Int(pixels[(y - 1) * width + x - 1]) : 0
        let prediction =
          switch lines[y * (width + 1)] {
          case 0: 0
          case 1: left
          case 2: up
          case 3: (left + up) / 2
          case 4: Self.paeth(left, up, corner)
          default: preconditionFailure("no such filter")
          }
        pixels[y * width + x] = lines[y * (width + 1) + 1 + x] &+ UInt8(prediction)
      }
    }
  }

  private static func paeth(_ left: Int, _ up: Int, _ corner: Int) -> Int {
    let guess = left + up - corner
    let distances = (abs(guess - left), abs(guess - up), abs(guess - corner))
    if distances.0 <= distances.1 && distances.0 <= distances.2 { return left }
    return distances.1 <= distances.2 ? up : corner
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  private static func crc(_ bytes: ArraySlice<UInt8>) -> Int {
    let sum = bytes.reduce(0xffff_ffff as UInt32) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
        sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1
      }
    }
    return Int(~sum)
  }

  private static func adler(_ bytes: [UInt8]) -> Int {
    let sums = bytes.reduce((1, 0)) { sums, byte in
      let first = (sums.0 + Int(byte)) % 65521
      return (first, (sums.1 + first) % 65521)
    }
    return sums.1 << 16 | sums.0
  }
}
