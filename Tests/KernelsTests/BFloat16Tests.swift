import Kernels
import Testing

@Suite struct BFloat16Tests {
  /// Bits of floats, and of the numbers to which ml_dtypes 0.6.0, JAX's implementation of the
  /// format, rounds them: zeros, exact numbers, halves above even and odd, one bit more and less
  /// than halves, everyday numbers, subnormal numbers, a carry into the exponent, the largest
  /// numbers, infinities.
  static let golden: [(UInt32, UInt16)] = [
    (0x0000_0000, 0x0000), (0x8000_0000, 0x8000), (0x3f80_0000, 0x3f80), (0x0080_0000, 0x0080),
    (0x3f80_8000, 0x3f80), (0x3f81_8000, 0x3f82), (0xbf80_8000, 0xbf80), (0xbf81_8000, 0xbf82),
    (0x3f80_8001, 0x3f81), (0x3f81_7fff, 0x3f81), (0x4049_0fdb, 0x4049), (0x3eaa_aaab, 0x3eab),
    (0x3dcc_cccd, 0x3dcd), (0x1e3c_e508, 0x1e3d), (0xc2f6_e979, 0xc2f7), (0x0000_0001, 0x0000),
    (0x0000_8000, 0x0000), (0x0000_8001, 0x0001), (0x0001_8000, 0x0002), (0x007f_ffff, 0x0080),
    (0x807f_8000, 0x8080), (0x3fff_ffff, 0x4000), (0x7f7f_7fff, 0x7f7f), (0x7f7f_8000, 0x7f80),
    (0x7f7f_ffff, 0x7f80), (0xff7f_8000, 0xff80), (0x7f80_0000, 0x7f80), (0xff80_0000, 0xff80),
  ]

  @Test(arguments: golden)
  func asOthersRound(float: UInt32, expected: UInt16) {
    #expect(BFloat16(Float(bitPattern: float)).bitPattern == expected)
  }

  /// Every number of the format is a float, and rounds to itself.
  @Test func exact() {
    let numbers = (UInt16.min...UInt16.max).map { BFloat16(bitPattern: $0) }
    let changed = numbers.filter { !$0.float.isNaN && BFloat16($0.float) != $0 }
    #expect(changed.isEmpty)
  }

  /// Floats between two neighbours round to the nearer one, and from the middle to the even one.
  /// Infinity counts as the number after the largest: IEEE 754-2019, §4.3.1.
  @Test func nearest() {
    var wrong: [UInt16] = []
    for bits in UInt16(0)..<0x7f80 {
      let (low, high) = (UInt32(bits) << 16, UInt32(bits + 1) << 16)
      let middle = (low + high) / 2
      let even = bits & 1 == 0 ? bits : bits + 1
      for (float, expected) in [
        (low + 1, bits), (middle - 1, bits), (middle, even), (middle + 1, bits + 1),
        (high - 1, bits + 1),
      ] {
        for sign in [UInt32(0), 1] {
          let rounded = BFloat16(Float(bitPattern: float | sign << 31)).bitPattern
          if rounded != expected | UInt16(sign) << 15 { wrong.append(bits) }
        }
      }
    }
    #expect(wrong.isEmpty)
  }

  /// NaN stays NaN, keeps its sign and becomes quiet, even if the upper bits of its payload are 0.
  @Test(arguments: [0x7f80_0001, 0x7f80_8000, 0x7fc0_0000, 0x7fff_ffff, 0xff80_0001, 0xffff_ffff])
  func notANumber(bits: UInt32) {
    let rounded = BFloat16(Float(bitPattern: bits))
    #expect(rounded.float.isNaN && !rounded.float.isSignalingNaN)
    #expect((rounded.float.sign == .minus) == (bits >> 31 == 1))
  }

  /// Vectors of all lengths are rounded as single numbers are.
  @Test(arguments: [0, 1, 7, 8, 15, 16, 17, 31, 33, 64, 100])
  func vectors(count: Int) {
    let values = (0..<count).map { Float(bitPattern: Self.golden[$0 % Self.golden.count].0) }
    let source = Buffer<Float>(repeating: 0, count: count)
    source.vector.write(values)
    // Room for one number before and three behind.
    let memory = Buffer<Float>(repeating: .nan, count: (count + 5) / 2)
    let target = BFloat16Vector(inPlaceOf: memory.vector)
    let before = (0..<target.count).map { target[$0] }
    target[1..<count + 1].round(source.vector)
    let expected = before[..<1] + values.map { BFloat16($0) } + before[(count + 1)...]
    #expect((0..<target.count).map { target[$0] } == Array(expected))
  }
}
