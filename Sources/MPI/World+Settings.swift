internal import CMPI

// The part of MPI's tool information interface that reads settings of the library (MPI 3.1, 14.3).
extension World {
  /// The value in this process of one of the MPI library's own settings, as text.
  ///
  /// The standard calls settings control variables. Each implementation has its own, such as `pml`
  /// or `mpi_yield_when_idle` of Open MPI. If a value is a number that has a name, the name is
  /// returned, such as `true`; any other number is returned in decimal.
  ///
  /// `MPI_T_init_thread`, `MPI_T_cvar_get_index`, `MPI_T_cvar_read`; MPI 3.1, 14.3.4 and 14.3.6.
  ///
  /// - Parameter name: the setting's name.
  /// - Returns: the value; nil if neither the library nor its loaded components have this setting.
  /// - Throws: ``MPIError`` if a call fails.
  public func setting(_ name: String) throws(MPIError) -> String? { try Self.setting(name) }

  /// The value of a setting, as the method of the same name returns it.
  ///
  /// This method may be called before MPI is initialised and after it is finalised, as the tool
  /// information interface has an initialisation of its own (MPI 3.1, 14.3.4).
  public static func setting(_ name: String) throws(MPIError) -> String? {
    try requireLibraryOfHeader()
    var provided: CInt = 0
    try check("MPI_T_init_thread", MPI_T_init_thread(CMPI_THREAD_SINGLE, &provided))
    let value = Result { () throws(MPIError) in try ControlVariable(named: name)?.text }
    try check("MPI_T_finalize", CMPI_T_finalize())
    return try value.get()
  }
}

/// A control variable. The tool information interface must be initialised while it is used.
private struct ControlVariable {
  let index: CInt
  private var datatype = CMPI_Datatype()
  private var enumeration = CMPI_T_enum()

  /// Looks up the variable `name`; nil if there is none.
  ///
  /// `MPI_T_cvar_get_index` and `MPI_T_cvar_get_info`; MPI 3.1, 14.3.6.
  init?(named name: String) throws(MPIError) {
    var index: CInt = 0
    let code = MPI_T_cvar_get_index(name, &index)
    if code == CMPI_T_ERR_INVALID_NAME { return nil }
    try check("MPI_T_cvar_get_index", code)
    self.index = index
    var (nameLength, textLength): (CInt, CInt) = (0, 0)
    var (verbosity, binding, scope): (CInt, CInt, CInt) = (0, 0, 0)
    try check(
      "MPI_T_cvar_get_info",
      MPI_T_cvar_get_info(
        index, nil, &nameLength, &verbosity, &datatype.handle, &enumeration.handle, nil,
        &textLength, &binding, &scope))
  }

  /// The value as text.
  ///
  /// `MPI_T_cvar_handle_alloc` and `MPI_T_cvar_read`; MPI 3.1, 14.3.6.
  var text: String {
    get throws(MPIError) {
      var (handle, count) = (CMPI_T_cvar_handle(), CInt(0))
      try check(
        "MPI_T_cvar_handle_alloc", MPI_T_cvar_handle_alloc(index, nil, &handle.handle, &count))
      // Large enough for every type. The library writes only the bytes of the value.
      var bytes = [UInt8](repeating: 0, count: Swift.max(Int(count), 1) * 8)
      let code = MPI_T_cvar_read(handle.handle, &bytes)
      try check("MPI_T_cvar_handle_free", MPI_T_cvar_handle_free(&handle.handle))
      try check("MPI_T_cvar_read", code)
      if CMPI_datatype_is_char(datatype) != 0 {
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      return try number(bytes)
    }
  }

  /// The number that `bytes` begin with: its name if it has one, otherwise in decimal.
  private func number(_ bytes: [UInt8]) throws(MPIError) -> String {
    var size: CInt = 0
    try check("MPI_Type_size", MPI_Type_size(datatype.handle, &size))
    let (word, half) = bytes.withUnsafeBytes {
      ($0.load(as: Int64.self), $0.load(as: Int32.self))
    }
    if CMPI_datatype_is_double(datatype) != 0 {
      return "\(Double(bitPattern: UInt64(bitPattern: word)))"
    }
    let value = size == 4 ? Int64(half) : size == 1 ? Int64(bytes[0]) : word
    return try name(of: value) ?? "\(value)"
  }

  /// The name of a value; nil if it has none.
  ///
  /// `MPI_T_enum_get_info` and `MPI_T_enum_get_item`; MPI 3.1, 14.3.5.
  private func name(of value: Int64) throws(MPIError) -> String? {
    guard CMPI_T_enum_is_null(enumeration) == 0 else { return nil }
    var (count, length): (CInt, CInt) = (0, 0)
    try check(
      "MPI_T_enum_get_info", MPI_T_enum_get_info(enumeration.handle, &count, nil, &length))
    for item in 0..<count {
      var itemValue: CInt = 0
      var name = [CChar](repeating: 0, count: 256)
      length = CInt(name.count)
      try check(
        "MPI_T_enum_get_item",
        MPI_T_enum_get_item(enumeration.handle, item, &itemValue, &name, &length))
      guard Int64(itemValue) == value else { continue }
      return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    return nil
  }
}
