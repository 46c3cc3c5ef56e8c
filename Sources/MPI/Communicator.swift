internal import CMPI

/// A group of processes, called ranks, that exchange messages (MPI 3.1, 6).
///
/// A message sent in one communicator can only be received in the same communicator.
/// ``World/communicator`` has all ranks of the job; ``duplicate()``, ``split(color:key:)`` and
/// ``splitShared(key:)`` make further communicators:
///
///     let comm = world.communicator
///     let node = try comm.splitShared()
///     print("rank \(comm.rank) of \(comm.size), on its node \(node.rank) of \(node.size)")
///     try node.free()
///
/// A method marked "Collective" must be called by all ranks of the communicator, and several such
/// methods in the same order on all of them. Otherwise the job hangs.
///
/// Call ``free()`` on each communicator that was made. There is no `deinit`, since freeing is
/// collective: a communicator that is not freed stays allocated in the library until
/// `MPI_Finalize`.
public struct Communicator: ~Copyable {
  let c: CMPI_Comm
  /// This process's number in the group, from zero (`MPI_Comm_rank`; MPI 3.1, 6.4.1).
  public let rank: Int
  /// The number of ranks in the group (`MPI_Comm_size`; MPI 3.1, 6.4.1).
  public let size: Int

  /// Takes over a C handle, and has the communicator return errors rather than end the job
  /// (`MPI_Comm_set_errhandler`; MPI 3.1, 8.3.1).
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

  /// Another value for the world's communicator, which is never freed.
  init(naming world: borrowing Communicator) {
    c = world.c
    rank = world.rank
    size = world.size
  }

  /// A new communicator of the same ranks, for example for a library whose messages must not be
  /// mixed up with the program's.
  ///
  /// Collective. `MPI_Comm_dup`; MPI 3.1, 6.4.2.
  ///
  /// - Returns: the new communicator, in which ranks have the same numbers.
  /// - Throws: ``MPIError`` if the call fails.
  public func duplicate() throws(MPIError) -> Communicator {
    var copy = CMPI_Comm()
    try check("MPI_Comm_dup", MPI_Comm_dup(c.handle, &copy.handle))
    return try Communicator(adopting: copy)
  }

  /// Divides the ranks into new communicators, one for each colour.
  ///
  /// Collective. `MPI_Comm_split`; MPI 3.1, 6.4.2.
  ///
  /// - Parameters:
  ///   - color: the number of the new communicator that this rank joins, zero or more; nil if the
  ///     rank joins none (`MPI_UNDEFINED`).
  ///   - key: in a new communicator, ranks are numbered in the order of their keys. Ranks with the
  ///     same key keep the order of this communicator.
  /// - Returns: the communicator of the ranks with the same colour; nil if `color` is nil.
  /// - Throws: ``MPIError`` if the call fails.
  public func split(color: Int?, key: Int = 0) throws(MPIError) -> Communicator? {
    // MPI_UNDEFINED is a negative number: a miscalculated colour must not be taken for it.
    precondition(color ?? 0 >= 0, "a colour is zero or more, or nil for none")
    var part = CMPI_Comm()
    let cColor = try color.map { value throws(MPIError) in
      try narrow(value, .argument, for: "MPI_Comm_split")
    }
    let cKey = try narrow(key, .argument, for: "MPI_Comm_split")
    try check(
      "MPI_Comm_split", MPI_Comm_split(c.handle, cColor ?? CMPI_UNDEFINED, cKey, &part.handle))
    return color == nil ? nil : try Communicator(adopting: part)
  }

  /// A new communicator of the ranks on this machine, which can share memory.
  ///
  /// Collective. `MPI_Comm_split_type` with `MPI_COMM_TYPE_SHARED`; MPI 3.1, 6.4.2.
  ///
  /// - Parameter key: in the new communicator, ranks are numbered in the order of their keys. Ranks
  ///   with the same key keep the order of this communicator.
  /// - Returns: the communicator of the ranks on this machine.
  /// - Throws: ``MPIError`` if the call fails.
  public func splitShared(key: Int = 0) throws(MPIError) -> Communicator {
    var part = CMPI_Comm()
    let cKey = try narrow(key, .argument, for: "MPI_Comm_split_type")
    try check(
      "MPI_Comm_split_type",
      MPI_Comm_split_type(
        c.handle, CMPI_COMM_TYPE_SHARED, cKey, CMPI_info_null().handle, &part.handle))
    return try Communicator(adopting: part)
  }

  /// Waits until all ranks have called this method.
  ///
  /// Collective. `MPI_Barrier`; MPI 3.1, 5.3.
  ///
  /// - Throws: ``MPIError`` if the call fails.
  public func barrier() throws(MPIError) {
    try check("MPI_Barrier", MPI_Barrier(c.handle))
  }

  /// Frees the communicator.
  ///
  /// Collective. `MPI_Comm_free`; MPI 3.1, 6.4.3.
  ///
  /// - Throws: ``MPIError`` if the call fails; of class `communicator` for ``World/communicator``,
  ///   which lives until ``World/finalize()``.
  public consuming func free() throws(MPIError) {
    guard CMPI_comm_is_world(c) == 0 else {
      throw MPIError(
        "MPI_Comm_free", .communicator,
        message:
          "the world's communicator ends with the world: call finalize() on the world instead")
    }
    var handle = c
    try check("MPI_Comm_free", MPI_Comm_free(&handle.handle))
  }
}

/// Which threads may use a communicator depends on the world's ``ThreadLevel``, which the compiler
/// cannot check.
@available(*, unavailable)
extension Communicator: Sendable {}
