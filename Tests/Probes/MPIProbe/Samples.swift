import MPI

/// An element type with values to tell it from the other six by.
protocol Sample: Datatype, Numeric, Comparable {
  /// Far from zero at either end: reduced as another type, their order would be another.
  static var smallest: Self { get }
  static var largest: Self { get }
}

extension Sample {
  /// A whole number that all seven types hold exactly, up to 255.
  init(small: Int) { self = Self(exactly: small)! }
}

extension Float: Sample {
  static var smallest: Float { -1e30 }
  static var largest: Float { 1.5 }
}

extension Double: Sample {
  static var smallest: Double { -1e300 }
  static var largest: Double { 1.5 }
}

extension Int32: Sample {
  static var smallest: Int32 { .min }
  static var largest: Int32 { .max }
}

extension Int64: Sample {
  static var smallest: Int64 { .min }
  static var largest: Int64 { .max }
}

extension UInt8: Sample {
  static var smallest: UInt8 { .min }
  static var largest: UInt8 { .max }
}

extension UInt16: Sample {
  static var smallest: UInt16 { .min }
  static var largest: UInt16 { .max }
}

extension UInt64: Sample {
  static var smallest: UInt64 { .min }
  static var largest: UInt64 { .max }
}
