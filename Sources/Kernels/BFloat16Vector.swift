/// A non-owning view of consecutive numbers in bf16.
///
/// Whoever makes a view keeps the memory alive. Ranges are checked in every build.
public struct BFloat16Vector {
  let base: UnsafeMutablePointer<BFloat16>

  /// The number of numbers.
  public let count: Int

  /// Takes the memory of `floats`, two numbers in the place of each; from then on it holds no
  /// floats.
  public init(inPlaceOf floats: Vector) {
    count = 2 * floats.count
    base = UnsafeMutableRawPointer(floats.base).bindMemory(to: BFloat16.self, capacity: count)
  }

  private init(base: UnsafeMutablePointer<BFloat16>, count: Int) {
    self.base = base
    self.count = count
  }

  /// One number.
  public subscript(index: Int) -> BFloat16 {
    require(index >= 0 && index < count, "index \(index) outside of a vector of \(count)")
    return base[index]
  }

  /// The part of the view in `range`.
  public subscript(range: Range<Int>) -> BFloat16Vector {
    require(
      range.lowerBound >= 0 && range.upperBound <= count,
      "range \(range) outside of a vector of \(count)")
    return BFloat16Vector(base: base + range.lowerBound, count: range.count)
  }

  /// The numbers from `offset` on as a factor of products, of rows that begin `stride` apart.
  /// Whether most of them are zero is a matter of speed.
  public func operand(
    at offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil, isMostlyZero: Bool = false
  ) -> Operand {
    let layout = MatrixLayout(
      at: offset, rows: rows, columns: columns, stride: stride ?? columns, within: count)
    return Operand(
      base: base + offset, layout: layout, precision: .bf16, isMostlyZero: isMostlyZero)
  }

  /// Rounds as many floats from `source`, which has the same count.
  public func round(_ source: Vector) {
    require(source.count == count, "rounding \(source.count) floats into \(count)")
    Self.round(source.base, into: base, count)
  }

  @inline(__always)
  static func round(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<BFloat16>, _ count: Int
  ) {
    for i in 0..<count { target[i] = BFloat16(source[i]) }
  }
}
