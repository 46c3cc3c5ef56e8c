package import Platform

/// The type of a tensor's elements in a file, by the name that safetensors gives it.
package enum ElementType: String, Sendable, CaseIterable {
  /// 4-bit floating point, two in a byte.
  case float4 = "F4"
  /// 6-bit floating point, of which 2 bits are the exponent.
  case float6e2m3 = "F6_E2M3"
  /// 6-bit floating point, of which 3 bits are the exponent.
  case float6e3m2 = "F6_E3M2"
  /// Truth values of one byte.
  case bool = "BOOL"
  /// 8-bit unsigned integers.
  case uint8 = "U8"
  /// 8-bit integers.
  case int8 = "I8"
  /// 8-bit floating point, of which 5 bits are the exponent.
  case float8e5m2 = "F8_E5M2"
  /// 8-bit floating point, of which 4 bits are the exponent.
  case float8e4m3 = "F8_E4M3"
  /// 8-bit exponents of powers of two.
  case float8e8m0 = "F8_E8M0"
  /// 16-bit integers.
  case int16 = "I16"
  /// 16-bit unsigned integers.
  case uint16 = "U16"
  /// IEEE 754 half precision.
  case float16 = "F16"
  /// The upper half of single precision.
  case bfloat16 = "BF16"
  /// 32-bit integers.
  case int32 = "I32"
  /// 32-bit unsigned integers.
  case uint32 = "U32"
  /// IEEE 754 single precision.
  case float32 = "F32"
  /// 64-bit integers.
  case int64 = "I64"
  /// 64-bit unsigned integers.
  case uint64 = "U64"
  /// IEEE 754 double precision.
  case float64 = "F64"
  /// Complex numbers, each of two single-precision numbers.
  case complex64 = "C64"

  /// How many bits an element takes.
  package var bitCount: Int {
    switch self {
    case .float4: 4
    case .float6e2m3, .float6e3m2: 6
    case .bool, .uint8, .int8, .float8e5m2, .float8e4m3, .float8e8m0: 8
    case .int16, .uint16, .float16, .bfloat16: 16
    case .int32, .uint32, .float32: 32
    case .int64, .uint64, .float64, .complex64: 64
    }
  }
}

/// A Swift type whose values can be the elements of a tensor in a file.
///
/// Values are written as they lie in memory. Every bit pattern is a value.
package protocol TensorElement: BitwiseCopyable, Sendable {
  /// What the type is called in a file.
  static var elementType: ElementType { get }
}

extension UInt8: TensorElement {
  /// `U8`.
  package static var elementType: ElementType { .uint8 }
}

extension Int64: TensorElement {
  /// `I64`.
  package static var elementType: ElementType { .int64 }
}

extension UInt64: TensorElement {
  /// `U64`.
  package static var elementType: ElementType { .uint64 }
}

extension Float: TensorElement {
  /// `F32`.
  package static var elementType: ElementType { .float32 }
}

extension Double: TensorElement {
  /// `F64`.
  package static var elementType: ElementType { .float64 }
}

extension ByteSink where Self: ~Copyable {
  /// Writes all elements of `values`, little-endian.
  ///
  /// - Throws: `FileError`, for instance when the disk is full.
  package mutating func write<Element: TensorElement>(_ values: Span<Element>) throws {
    try write(values.bytes)
  }
}

#if _endian(big)
  #error("files hold little-endian numbers: swap bytes on this processor before writing them")
#endif
