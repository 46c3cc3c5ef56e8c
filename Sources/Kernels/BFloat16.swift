/// A number in bf16, the upper half of a float: sign, eight bits of exponent, seven of significand.
///
/// Kalamkar et al., "A study of BFLOAT16 for deep learning training", 2019.
public struct BFloat16: Hashable, BitwiseCopyable, Sendable {
  /// The number as it is stored.
  public let bitPattern: UInt16

  /// The number stored as `bitPattern`.
  public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

  /// Rounds `value` to the nearest number in bf16; halfway between two, to the one whose last bit
  /// is 0.
  ///
  /// IEEE 754-2019, §4.3.1: a value that exceeds the largest number by half a unit or more becomes
  /// infinity. NaN stays NaN and becomes quiet (§6.2). Subnormal numbers are kept. The code is
  /// integer arithmetic, so that loops over it vectorise.
  @inline(__always)
  public init(_ value: Float) {
    let bits = value.bitPattern
    // The upper half is rounded up if the lower half is more than 0x8000, half a unit of the upper
    // half. If the lower half is exactly that, the last bit of the upper half decides.
    let rounded = (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16
    let quiet = bits >> 16 | 0x40
    let isNaN = bits & 0x7fff_ffff > 0x7f80_0000
    bitPattern = UInt16(truncatingIfNeeded: isNaN ? quiet : rounded)
  }

  /// The same number as a float. The conversion is exact.
  public var float: Float { Float(bitPattern: UInt32(bitPattern) << 16) }
}

/// A non-owning view of consecutive numbers in bf16.
///
/// The memory must outlive the view. Ranges are checked in every build.
public struct BFloat16Vector {
  let base: UnsafeMutablePointer<BFloat16>

  /// How many numbers in bf16 the view has.
  public let count: Int

  /// Uses the memory of `floats` for twice as many numbers in bf16. From then on the memory must
  /// not be used as floats.
  public init(inPlaceOf floats: Vector) {
    count = 2 * floats.count
    base = UnsafeMutableRawPointer(floats.base).bindMemory(to: BFloat16.self, capacity: count)
  }

  private init(base: UnsafeMutablePointer<BFloat16>, count: Int) {
    self.base = base
    self.count = count
  }

  /// The number at `index`.
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

  /// The numbers from `offset` on as an operand of products, with rows `stride` numbers apart; by
  /// default, rows without gaps.
  ///
  /// Pass `isMostlyZero` if most numbers are zero: products with a finite second factor are then
  /// faster and give the same bits.
  public func operand(
    at offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil, isMostlyZero: Bool = false
  ) -> Operand {
    let layout = MatrixLayout(
      at: offset, rows: rows, columns: columns, stride: stride ?? columns, within: count)
    return Operand(
      base: base + offset, layout: layout, precision: .bf16, isMostlyZero: isMostlyZero)
  }

  /// Sets the numbers to the floats of `source`, rounded. `source` has the same count.
  public func round(_ source: Vector) {
    require(source.count == count, "rounding \(source.count) floats into \(count)")
    Self.round(source.base, into: base, count: count)
  }

  @inline(__always)
  static func round(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<BFloat16>, count: Int
  ) {
    for i in 0..<count { target[i] = BFloat16(source[i]) }
  }
}

extension BFloat16Vector {
  /// Sets the numbers to `source` + `residual`, rounded, and `residual` to the rounding error,
  /// which the next call adds to its own `source`.
  ///
  /// This is error feedback: Seide et al., "1-bit stochastic gradient descent and its application
  /// to data-parallel distributed training of speech DNNs", Interspeech 2014, §3.
  ///
  /// - Parameters:
  ///   - source: (count), floats.
  ///   - residual: (count), the rounding error of the previous call; zeros before the first one.
  public func round(_ source: Vector, feedback residual: Vector) {
    require(
      source.count == count && residual.count == count,
      "rounding \(source.count) floats with \(residual.count) residuals into \(count)")
    let (from, lost, to) = (source.base, residual.base, base)
    for i in 0..<count {
      let value = from[i] + lost[i]
      let rounded = BFloat16(value)
      to[i] = rounded
      lost[i] = value - rounded.float
    }
  }

  /// Calls `body` with the numbers' bit patterns, for functions that take spans.
  public func withMutableSpan<Result, Failure: Error>(
    _ body: (inout MutableSpan<UInt16>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // BFloat16 has one stored property, its bit pattern, and so the same layout as UInt16.
    let bits = UnsafeMutableRawPointer(base).assumingMemoryBound(to: UInt16.self)
    var span = unsafe MutableSpan(_unsafeStart: bits, count: count)
    return try body(&span)
  }
}

extension Vector {
  /// Copies the numbers of `source`, which has the same count. The conversion to floats is exact.
  public func copy(from source: BFloat16Vector) {
    require(source.count == count, "copying \(source.count) numbers into \(count)")
    let (from, to) = (source.base, base)
    for i in 0..<count { to[i] = from[i].float }
  }
}
