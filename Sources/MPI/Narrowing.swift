/// The C `int` that MPI takes for a count, a rank or a tag, where the value fits one.
///
/// MPI 3.1 counts in `int`: a buffer of 2³¹ elements or more must be sent in pieces.
///
/// - Throws: ``MPIError`` in the name of `operation`, which is then not called.
func narrow(
  _ value: Int, _ errorClass: ErrorClass, _ operation: StaticString
) throws(MPIError) -> CInt {
  guard let narrowed = CInt(exactly: value) else {
    let advice = errorClass == .count ? "send so many elements in pieces" : "use a smaller number"
    throw MPIError(
      operation, errorClass,
      "the \(errorClass) \(value) does not fit the C int that MPI takes: \(advice)")
  }
  return narrowed
}
