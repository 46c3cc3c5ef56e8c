import MPI

/// An element type with values to tell it from the others by.
protocol Sample: Datatype, Numeric, Comparable {
  /// Far from zero at either end: reduced as another type, their order would be another.
  static var smallest: Self { get }
  static var largest: Self { get }
  /// A whole number up to 255. All types hold it exactly but `Int8`, where it wraps round.
  init(small: Int)
}

/// The types that messages, copies and arithmetic are tried with.
let samples: [any Sample.Type] = [Float.self, Double.self] + integerSamples

/// Those of them that have logical and bitwise operations as well.
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
