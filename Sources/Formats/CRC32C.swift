/// The cyclic redundancy check of 32 bits with Castagnoli's polynomial.
///
/// Source: RFC 3720, section 12.1: bits are in reflected order; the register begins with all ones,
/// and in the end all its bits are inverted.
enum CRC32C {
  /// The polynomial 0x1EDC6F41 with its bits reflected.
  private static let polynomial: UInt32 = 0x82F6_3B78

  /// The effect of each value of a byte on the register.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { register, _ in
      register & 1 == 0 ? register >> 1 : register >> 1 ^ polynomial
    }
  }

  /// The cyclic redundancy check of `bytes`.
  static func check(_ bytes: [UInt8]) -> UInt32 {
    let table = table
    return ~bytes.reduce(~0) { register, byte in
      register >> 8 ^ table[Int(UInt8(truncatingIfNeeded: register) ^ byte)]
    }
  }
}
