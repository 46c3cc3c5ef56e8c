import MPI

/// An element type, with values that would show if it were combined as another type.
protocol Sample: Datatype, Numeric, Comparable {
  /// The smallest value, or one near it. If the bits of this and of ``largest`` are taken for another
  /// type, this is not the smaller one.
  static var smallest: Self { get }
  /// A value that is larger than ``smallest``.
  static var largest: Self { get }
  /// A whole number from 0 to 255. All types represent it exactly except `Int8`, where it wraps
  /// around.
  init(small: Int)
}

/// All numeric element types.
let samples: [any Sample.Type] = [Float.self, Double.self] + integerSamples

/// Those that also have logical and bitwise operations.
let integerSamples: [any (Sample & FixedWidthInteger).Type] = [
  Int.self, Int8.self, Int16.self, Int32.self, Int64.self,
  UInt.self, UInt8.self, UInt16.self, UInt32.self, UInt64.self,
]

extension Float: Sample {
  static var smallest: Float { -1e30 }
  static var largest: Float { 1.5 }
  init(small: Int) { self = Float(exactly: small)! }
}

extension Double: Sample {
  static var smallest: Double { -1e300 }
  static var largest: Double { 1.5 }
  init(small: Int) { self = Double(exactly: small)! }
}

extension Sample where Self: FixedWidthInteger {
  static var smallest: Self { .min }
  static var largest: Self { .max }
  init(small: Int) { self = Self(truncatingIfNeeded: small) }
}

extension Int: Sample {}
extension Int8: Sample {}
extension Int16: Sample {}
extension Int32: Sample {}
extension Int64: Sample {}
extension UInt: Sample {}
extension UInt8: Sample {}
extension UInt16: Sample {}
extension UInt32: Sample {}
extension UInt64: Sample {}
