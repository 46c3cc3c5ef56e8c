internal import CMPI
internal import CMPICHLauncher

/// How far this process has come in the life of MPI, which begins and ends once (MPI 3.1, 8.7).
///
/// Nothing is stored here: the library is asked each time.
enum Lifecycle {
  /// MPI is not initialised yet.
  case before
  /// MPI is initialised and not finalised.
  case alive
  /// MPI is finalised.
  case over

  static var current: Lifecycle {
    var isInitialised: CInt = 0
    var isFinalised: CInt = 0
    // These two functions may be called at any time, and do not fail.
    MPI_Initialized(&isInitialised)
    MPI_Finalized(&isFinalised)
    return isFinalised != 0 ? .over : isInitialised != 0 ? .alive : .before
  }

  /// Finalises MPI: `MPI_Finalize`, with which some versions of MPICH need help.
  static func finalize() throws(MPIError) {
    try check("MPI_Finalize", CMPICHLauncher_finalize())
  }

  /// Ends all ranks of the job: by `MPI_Abort` if MPI is alive. Returns if MPI is not alive, or if
  /// the call fails; the caller must then exit with `code`, at which Open MPI's launcher ends the
  /// other ranks. MPICH's launcher ends them only if it is asked to, which this function does
  /// first.
  static func abort(code: CInt) {
    let current = current
    if current != .over { CMPICHLauncher_abort(code) }
    if current == .alive { MPI_Abort(CMPI_comm_world().handle, code) }
  }
}
