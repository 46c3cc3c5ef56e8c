internal import CMPI

/// Where this process is in MPI's life, which begins and ends once (MPI 3.1, 8.7).
///
/// The library itself is asked each time: there is no state here to fall out of step with it.
enum Lifecycle {
  case before, alive, over

  static var current: Lifecycle {
    var initialised: CInt = 0
    var finalised: CInt = 0
    // Two of the few calls that are allowed at any time. They have no way to fail.
    MPI_Initialized(&initialised)
    MPI_Finalized(&finalised)
    return finalised != 0 ? .over : initialised != 0 ? .alive : .before
  }
}
