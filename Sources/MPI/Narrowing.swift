internal import CMPI

// MPI takes counts, ranks and tags as C `int`s. These functions turn the `Int`s of Swift into them.

/// `value` as a C `int`.
///
/// MPI 3.1 counts in `int`: a buffer of 2³¹ elements or more must be sent in pieces.
///
/// - Parameters:
///   - value: a count, a rank, a tag or another number that `operation` takes.
///   - errorClass: what kind of number `value` is.
///   - operation: the C function that takes `value`; the error names it.
/// - Returns: the same number.
/// - Throws: ``MPIError`` of class `errorClass` if `value` does not fit.
func narrow(
  _ value: Int, _ errorClass: ErrorClass, for operation: StaticString
) throws(MPIError) -> CInt {
  guard let narrowed = CInt(exactly: value) else {
    let advice = errorClass == .count ? "send so many elements in pieces" : "use a smaller number"
    throw MPIError(
      operation, errorClass,
      message: "the \(errorClass) \(value) does not fit the C int that MPI takes: \(advice)")
  }
  return narrowed
}

/// The rank to receive from as a C `int`: `MPI_ANY_SOURCE` for nil.
func narrow(source: Int?, for operation: StaticString) throws(MPIError) -> CInt {
  guard let source else { return CMPI_ANY_SOURCE }
  // MPI_ANY_SOURCE is a negative number: a miscalculated rank must not be taken for it.
  precondition(source >= 0, "a source is a rank, or nil for any")
  return try narrow(source, .rank, for: operation)
}

/// The tag to receive as a C `int`: `MPI_ANY_TAG` for nil.
func narrow(tag: Int?, for operation: StaticString) throws(MPIError) -> CInt {
  guard let tag else { return CMPI_ANY_TAG }
  // MPI_ANY_TAG is a negative number: a miscalculated tag must not be taken for it.
  precondition(tag >= 0, "a tag is not negative, or nil for any")
  return try narrow(tag, .tag, for: operation)
}
