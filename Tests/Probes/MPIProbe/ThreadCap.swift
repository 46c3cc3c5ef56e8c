import Foundation

/// `MPI_Init_thread`, as a library with fewer threads would have it.
///
/// The standard gives every function a second name, so that tools can put their own in front of
/// the first (MPI 3.1, 14.2). This one grants no more than the level whose number the environment
/// names, to see what becomes of a program that needs more.
@_cdecl("MPI_Init_thread")
func cappedInit(
  _ argc: UnsafeMutableRawPointer?, _ argv: UnsafeMutableRawPointer?, _ required: CInt,
  _ provided: UnsafeMutablePointer<CInt>
) -> CInt {
  let code = realInit(argc, argv, required, provided)
  if let cap = ProcessInfo.processInfo.environment["MPI_PROBE_THREADS"].flatMap(CInt.init) {
    provided.pointee = min(provided.pointee, cap)
  }
  return code
}

@_silgen_name("PMPI_Init_thread")
private func realInit(
  _ argc: UnsafeMutableRawPointer?, _ argv: UnsafeMutableRawPointer?, _ required: CInt,
  _ provided: UnsafeMutablePointer<CInt>
) -> CInt
