internal import CMPI

/// The type of an element that MPI can send and combine (MPI 3.1, 3.2.2).
///
/// `Int` and `UInt`, `Int8` to `Int64`, `UInt8` to `UInt64`, `Float`, `Double` and `Bool` conform.
/// Another type can conform if it has the memory layout of one of these types:
///
///     struct Label: Datatype {
///       var number: UInt8
///       static var predefined: PredefinedDatatype { .uint8 }
///     }
///
/// A message must be received as the type that was sent. MPI does not check that, and a byte that is
/// neither zero nor one is not a valid `Bool`.
public protocol Datatype: BitwiseCopyable, Sendable {
  /// The predefined datatype with this type's memory layout.
  static var predefined: PredefinedDatatype { get }
}

/// The predefined datatypes of MPI that this module uses (MPI 3.1, 3.2.2).
public enum PredefinedDatatype: Sendable {
  /// `MPI_C_BOOL`, which only logical operations can combine.
  case bool
  /// `MPI_FLOAT`.
  case float
  /// `MPI_DOUBLE`.
  case double
  /// `MPI_INT8_T`.
  case int8
  /// `MPI_INT16_T`.
  case int16
  /// `MPI_INT32_T`.
  case int32
  /// `MPI_INT64_T`.
  case int64
  /// `MPI_UINT8_T`.
  case uint8
  /// `MPI_UINT16_T`.
  case uint16
  /// `MPI_UINT32_T`.
  case uint32
  /// `MPI_UINT64_T`.
  case uint64
}

extension Datatype {
  /// The C handle of this type.
  static var c: CMPI_Datatype {
    switch predefined {
    case .bool: CMPI_bool()
    case .float: CMPI_float()
    case .double: CMPI_double()
    case .int8: CMPI_int8()
    case .int16: CMPI_int16()
    case .int32: CMPI_int32()
    case .int64: CMPI_int64()
    case .uint8: CMPI_uint8()
    case .uint16: CMPI_uint16()
    case .uint32: CMPI_uint32()
    case .uint64: CMPI_uint64()
    }
  }
}
