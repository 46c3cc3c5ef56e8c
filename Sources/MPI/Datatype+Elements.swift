// The types of Swift's standard library that can be sent. `Int` and `UInt` are sent as integers of
// 64 bits, the size of these types on all machines that this module supports.

extension Bool: Datatype {
  /// `MPI_C_BOOL`.
  public static var predefined: PredefinedDatatype { .bool }
}

extension Float: Datatype {
  /// `MPI_FLOAT`.
  public static var predefined: PredefinedDatatype { .float }
}

extension Double: Datatype {
  /// `MPI_DOUBLE`.
  public static var predefined: PredefinedDatatype { .double }
}

extension Int: Datatype {
  /// `MPI_INT64_T`.
  public static var predefined: PredefinedDatatype { .int64 }
}

extension Int8: Datatype {
  /// `MPI_INT8_T`.
  public static var predefined: PredefinedDatatype { .int8 }
}

extension Int16: Datatype {
  /// `MPI_INT16_T`.
  public static var predefined: PredefinedDatatype { .int16 }
}

extension Int32: Datatype {
  /// `MPI_INT32_T`.
  public static var predefined: PredefinedDatatype { .int32 }
}

extension Int64: Datatype {
  /// `MPI_INT64_T`.
  public static var predefined: PredefinedDatatype { .int64 }
}

extension UInt: Datatype {
  /// `MPI_UINT64_T`.
  public static var predefined: PredefinedDatatype { .uint64 }
}

extension UInt8: Datatype {
  /// `MPI_UINT8_T`.
  public static var predefined: PredefinedDatatype { .uint8 }
}

extension UInt16: Datatype {
  /// `MPI_UINT16_T`.
  public static var predefined: PredefinedDatatype { .uint16 }
}

extension UInt32: Datatype {
  /// `MPI_UINT32_T`.
  public static var predefined: PredefinedDatatype { .uint32 }
}

extension UInt64: Datatype {
  /// `MPI_UINT64_T`.
  public static var predefined: PredefinedDatatype { .uint64 }
}
