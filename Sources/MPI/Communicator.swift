internal import CMPI

/// A group of ranks with a message space of its own (MPI 3.1, 6).
///
/// The first comes from ``World/communicator``, others from it by ``duplicate()``,
/// ``split(color:key:)`` and ``splitShared(key:)``. Methods marked collective must be called by
/// all ranks of the communicator, in the same order, or the job hangs.
///
/// A communicator that is dropped rather than given to ``free()`` stays with the library until
/// `MPI_Finalize`: freeing is collective, and so never happens behind the program's back.
public struct Communicator: ~Copyable {
  let c: CMPI_Comm
  /// This process's number in the group, from zero (`MPI_Comm_rank`; MPI 3.1, 6.4.1).
  public let rank: Int
  /// The number of ranks in the group (`MPI_Comm_size`; MPI 3.1, 6.4.1).
  public let size: Int

  /// Takes over a C handle and makes it return its errors (MPI 3.1, 8.3.1).
  init(adopting handle: CMPI_Comm) throws(MPIError) {
    var rank: CInt = 0
    var size: CInt = 0
    try check("MPI_Comm_set_errhandler", CMPI_comm_return_errors(handle))
    try check("MPI_Comm_rank", MPI_Comm_rank(handle.handle, &rank))
    try check("MPI_Comm_size", MPI_Comm_size(handle.handle, &size))
    c = handle
    self.rank = Int(rank)
    self.size = Int(size)
  }

  /// Another name of the world's group, which has no owner to free it.
  init(naming world: borrowing Communicator) {
    c = world.c
    rank = world.rank
    size = world.size
  }

  /// The same ranks with another message space, so that libraries do not meet each other's
  /// messages.
  ///
  /// Collective. `MPI_Comm_dup`; MPI 3.1, 6.4.2.
  public func duplicate() throws(MPIError) -> Communicator {
    var copy = CMPI_Comm()
    try check("MPI_Comm_dup", MPI_Comm_dup(c.handle, &copy.handle))
    return try Communicator(adopting: copy)
  }

  /// The ranks that name the same colour.
  ///
  /// Collective. `MPI_Comm_split`; MPI 3.1, 6.4.2.
  ///
  /// - Parameters:
  ///   - color: which part this rank goes to, not negative; nil for none (`MPI_UNDEFINED`).
  ///   - key: ranks of a part are numbered by key, those of equal key as they were.
  /// - Returns: this rank's part; nil if it named no colour.
  /// - Throws: ``MPIError`` if the call fails.
  public func split(color: Int?, key: Int = 0) throws(MPIError) -> Communicator? {
    // The implementation's number for "none" is negative, and must not be reached by a wrong sum.
    precondition(color ?? 0 >= 0, "a colour is not negative, or nil for none")
    var part = CMPI_Comm()
    let cColor = try color.map { value throws(MPIError) in
      try narrow(value, .argument, "MPI_Comm_split")
    }
    let cKey = try narrow(key, .argument, "MPI_Comm_split")
    try check(
      "MPI_Comm_split", MPI_Comm_split(c.handle, cColor ?? MPI_UNDEFINED, cKey, &part.handle))
    return color == nil ? nil : try Communicator(adopting: part)
  }

  /// The ranks that can share memory with this one: those on its machine.
  ///
  /// Collective. `MPI_Comm_split_type` with `MPI_COMM_TYPE_SHARED`; MPI 3.1, 6.4.2.
  ///
  /// - Parameter key: ranks are numbered by key, those of equal key as they were.
  /// - Returns: the ranks on this machine.
  /// - Throws: ``MPIError`` if the call fails.
  public func splitShared(key: Int = 0) throws(MPIError) -> Communicator {
    var part = CMPI_Comm()
    let cKey = try narrow(key, .argument, "MPI_Comm_split_type")
    try check(
      "MPI_Comm_split_type",
      MPI_Comm_split_type(
        c.handle, CMPI_comm_type_shared(), cKey, CMPI_info_null().handle, &part.handle))
    return try Communicator(adopting: part)
  }

  /// Returns when all ranks have come here.
  ///
  /// Collective. `MPI_Barrier`; MPI 3.1, 5.3.
  public func barrier() throws(MPIError) {
    try check("MPI_Barrier", MPI_Barrier(c.handle))
  }

  /// Gives the communicator back to the library.
  ///
  /// Collective. `MPI_Comm_free`; MPI 3.1, 6.4.3.
  ///
  /// - Throws: ``MPIError`` of class `communicator` for ``World/communicator``, which only
  ///   ``World/finalize()`` ends.
  public consuming func free() throws(MPIError) {
    guard CMPI_comm_is_world(c) == 0 else {
      throw MPIError(
        "MPI_Comm_free", .communicator,
        "the world's communicator ends with the world: call finalize() on the world instead")
    }
    var handle = c
    try check("MPI_Comm_free", MPI_Comm_free(&handle.handle))
  }
}

/// A communicator is one thread's unless the world's ``ThreadLevel`` says otherwise.
@available(*, unavailable)
extension Communicator: Sendable {}
