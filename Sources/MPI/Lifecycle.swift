internal import CMPI

#if MPICH
  internal import CMPICHLauncher
#endif

/// How far this process has come in the life of MPI, which begins and ends once (MPI 3.1, 8.7).
///
/// The value is asked of the library each time, so it cannot differ from what the library thinks.
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
    // These two may be called at any time, and do not fail.
    MPI_Initialized(&isInitialised)
    MPI_Finalized(&isFinalised)
    return isFinalised != 0 ? .over : isInitialised != 0 ? .alive : .before
  }

  /// Ends MPI in this process: `MPI_Finalize`, in a way that returns with MPICH, too.
  static func finalize() throws(MPIError) {
    #if MPICH
      try check("MPI_Finalize", CMPICHLauncher_finalize())
    #else
      try check("MPI_Finalize", MPI_Finalize())
    #endif
  }

  /// Ends all ranks by `MPI_Abort` while MPI is alive; otherwise only those that the launcher can
  /// be told to end without it. Returns only if this process has not been ended.
  static func abort(code: CInt) {
    let current = current
    #if MPICH
      if current != .over { CMPICHLauncher_abort(code) }
    #endif
    if current == .alive { MPI_Abort(CMPI_comm_world().handle, code) }
  }
}
