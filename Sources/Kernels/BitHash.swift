/// A hash of floats' bits, in order: the same wherever they are the same, and hardly ever
/// elsewhere.
///
/// FNV-1a over words (Fowler, Noll, Vo; RFC 9923), 64 bits wide. It finds mistakes, not forgers.
struct BitHash {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Adds the bits of all floats.
  mutating func add(_ vector: Vector) {
    for index in 0..<vector.count {
      value = (value ^ UInt64(vector.base[index].bitPattern)) &* 0x100_0000_01b3
    }
  }
}
