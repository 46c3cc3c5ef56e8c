import Foundation

/// Replaces `MPI_Init_thread` in this program, to test a library that provides a lower thread level
/// than the program requires.
///
/// Every function of MPI has a second name, so that tools can replace the function of the first name
/// and still call the library's (MPI 3.1, 14.2). This one provides at most the level whose number is
/// in the environment variable `MPI_PROBE_THREADS`.
@_cdecl("MPI_Init_thread")
func cappedInit(
  _ argc: UnsafeMutableRawPointer?, _ argv: UnsafeMutableRawPointer?, required: CInt,
  provided: UnsafeMutablePointer<CInt>
) -> CInt {
  let code = realInit(argc, argv, required: required, provided: provided)
  if let cap = ProcessInfo.processInfo.environment["MPI_PROBE_THREADS"].flatMap(CInt.init) {
    provided.pointee = min(provided.pointee, cap)
  }
  return code
}

@_silgen_name("PMPI_Init_thread")
private func realInit(
  _ argc: UnsafeMutableRawPointer?, _ argv: UnsafeMutableRawPointer?, required: CInt,
  provided: UnsafeMutablePointer<CInt>
) -> CInt
