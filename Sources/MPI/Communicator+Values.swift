internal import CMPI

// The collectives for one value a rank: counts, flags, sums.
extension Communicator {
  /// The value of `root`, on all ranks.
  ///
  /// Collective. `MPI_Bcast`; MPI 3.1, 5.4.
  ///
  /// - Parameters:
  ///   - value: what `root` sends; ignored on the other ranks.
  ///   - root: the rank whose value it is.
  /// - Returns: the value of `root`.
  /// - Throws: ``MPIError`` if the call fails.
  public func broadcast<Element: Datatype>(
    _ value: Element, from root: Int
  ) throws(MPIError) -> Element {
    var result = value
    let cRoot = try narrow(root, .root, "MPI_Bcast")
    try check("MPI_Bcast", MPI_Bcast(&result, 1, Element.c.handle, cRoot, c.handle))
    return result
  }

  /// Combines a value of each rank on `root`.
  ///
  /// Collective. `MPI_Reduce`; MPI 3.1, 5.9.1.
  ///
  /// - Returns: the combination on `root`, nil on the other ranks.
  public func reduce<Element: Datatype>(
    _ value: Element, _ operation: Operation<Element>, to root: Int
  ) throws(MPIError) -> Element? {
    var result = value
    let cRoot = try narrow(root, .root, "MPI_Reduce")
    let code = withUnsafePointer(to: value) { value in
      MPI_Reduce(value, &result, 1, Element.c.handle, operation.c.handle, cRoot, c.handle)
    }
    try check("MPI_Reduce", code)
    return rank == root ? result : nil
  }

  /// Combines a value of each rank on all of them.
  ///
  /// Collective. Allocates nothing itself. `MPI_Allreduce` with `MPI_IN_PLACE`; MPI 3.1, 5.9.6.
  public func allReduce<Element: Datatype>(
    _ value: Element, _ operation: Operation<Element>
  ) throws(MPIError) -> Element {
    var result = value
    try check(
      "MPI_Allreduce",
      MPI_Allreduce(
        CMPI_in_place(), &result, 1, Element.c.handle, operation.c.handle, c.handle))
    return result
  }

  /// Collects a value of each rank on `root`.
  ///
  /// Collective. `MPI_Gather`; MPI 3.1, 5.5.
  ///
  /// - Parameters:
  ///   - value: this rank's.
  ///   - root: the rank that receives.
  /// - Returns: (size), in rank order, on `root`; nil on the other ranks.
  /// - Throws: ``MPIError`` if the call fails.
  public func gather<Element: Datatype>(
    _ value: Element, to root: Int
  ) throws(MPIError) -> [Element]? {
    var result = [Element](repeating: value, count: rank == root ? size : 0)
    var span = result.mutableSpan
    try gather([value].span, into: &span, to: root)
    return rank == root ? result : nil
  }

  /// Collects a value of each rank on all of them.
  ///
  /// Collective. `MPI_Allgather`; MPI 3.1, 5.7.
  ///
  /// - Parameter value: this rank's.
  /// - Returns: (size), in rank order.
  /// - Throws: ``MPIError`` if the call fails.
  public func allGather<Element: Datatype>(_ value: Element) throws(MPIError) -> [Element] {
    var result = [Element](repeating: value, count: size)
    var span = result.mutableSpan
    try allGather([value].span, into: &span)
    return result
  }
}
