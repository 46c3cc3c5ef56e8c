/// A number in bf16: sign, eight bits of exponent, seven of significand; the upper half of a float.
///
/// Kalamkar et al., "A study of BFLOAT16 for deep learning training", 2019.
public struct BFloat16: Hashable, BitwiseCopyable, Sendable {
  /// The number as it is stored.
  public let bitPattern: UInt16

  /// The number stored as `bitPattern`.
  public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

  /// Rounds to the nearest number, and halfway between two to the one whose last bit is 0.
  ///
  /// IEEE 754-2019, §4.3.1: what is beyond the largest number by half a unit or more becomes
  /// infinity. NaN stays NaN and becomes quiet (§6.2). Plain arithmetic on bits, so that loops over
  /// it vectorise; denormals are kept.
  @inline(__always)
  public init(_ value: Float) {
    let bits = value.bitPattern
    // Half a unit, less one where the last bit that stays is 0, carries into what stays.
    let rounded = (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16
    let quiet = bits >> 16 | 0x40
    let isNaN = bits & 0x7fff_ffff > 0x7f80_0000
    bitPattern = UInt16(truncatingIfNeeded: isNaN ? quiet : rounded)
  }

  /// The same number as a float, exactly.
  public var float: Float { Float(bitPattern: UInt32(bitPattern) << 16) }
}
