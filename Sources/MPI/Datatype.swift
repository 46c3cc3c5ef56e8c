internal import CMPI

/// An element that MPI can move and reduce: `Float Double Int32 Int64 UInt8 UInt16 UInt64`.
///
/// MPI 3.1, 3.2.2. The conformances are these seven; a type of your own can conform if it has the
/// memory layout of one of them, and names that one.
public protocol Datatype: BitwiseCopyable, Sendable {
  /// The predefined datatype with this type's memory layout.
  static var predefined: PredefinedDatatype { get }
}

/// The datatypes that MPI knows by itself, as far as this module uses them.
public enum PredefinedDatatype: Sendable {
  /// `MPI_FLOAT`.
  case float
  /// `MPI_DOUBLE`.
  case double
  /// `MPI_INT32_T`.
  case int32
  /// `MPI_INT64_T`.
  case int64
  /// `MPI_UINT8_T`.
  case uint8
  /// `MPI_UINT16_T`.
  case uint16
  /// `MPI_UINT64_T`.
  case uint64
}

extension Float: Datatype {
  /// `MPI_FLOAT`.
  public static var predefined: PredefinedDatatype { .float }
}

extension Double: Datatype {
  /// `MPI_DOUBLE`.
  public static var predefined: PredefinedDatatype { .double }
}

extension Int32: Datatype {
  /// `MPI_INT32_T`.
  public static var predefined: PredefinedDatatype { .int32 }
}

extension Int64: Datatype {
  /// `MPI_INT64_T`.
  public static var predefined: PredefinedDatatype { .int64 }
}

extension UInt8: Datatype {
  /// `MPI_UINT8_T`.
  public static var predefined: PredefinedDatatype { .uint8 }
}

extension UInt16: Datatype {
  /// `MPI_UINT16_T`.
  public static var predefined: PredefinedDatatype { .uint16 }
}

extension UInt64: Datatype {
  /// `MPI_UINT64_T`.
  public static var predefined: PredefinedDatatype { .uint64 }
}

extension Datatype {
  /// What C calls this type.
  static var c: CMPI_Datatype {
    switch predefined {
    case .float: CMPI_float()
    case .double: CMPI_double()
    case .int32: CMPI_int32()
    case .int64: CMPI_int64()
    case .uint8: CMPI_uint8()
    case .uint16: CMPI_uint16()
    case .uint64: CMPI_uint64()
    }
  }
}
