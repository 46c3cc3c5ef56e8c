internal import CMPI

// Collectives in which each rank has a single value, such as a count or a flag.
extension Communicator {
  /// Gives all ranks the value of `root`.
  ///
  /// Collective. `MPI_Bcast`; MPI 3.1, 5.4.
  ///
  /// - Parameters:
  ///   - value: what `root` sends; ignored on the other ranks.
  ///   - root: the rank whose value is sent.
  /// - Returns: the value of `root`.
  /// - Throws: ``MPIError`` if the call fails.
  public func broadcast<Element: Datatype>(
    _ value: Element, from root: Int
  ) throws(MPIError) -> Element {
    var result = value
    let cRoot = try narrow(root, .root, for: "MPI_Bcast")
    try check("MPI_Bcast", MPI_Bcast(&result, 1, Element.c.handle, cRoot, c.handle))
    return result
  }

  /// Combines the values of all ranks and gives `root` the result.
  ///
  /// Collective. `MPI_Reduce`; MPI 3.1, 5.9.1.
  ///
  /// - Parameters:
  ///   - value: this rank's value.
  ///   - operation: how two values are combined.
  ///   - root: the rank that gets the result.
  /// - Returns: the result on `root`; nil on the other ranks.
  /// - Throws: ``MPIError`` if the call fails.
  public func reduce<Element: Datatype>(
    _ value: Element, _ operation: Operation<Element>, to root: Int
  ) throws(MPIError) -> Element? {
    var result = value
    let cRoot = try narrow(root, .root, for: "MPI_Reduce")
    let code = withUnsafePointer(to: value) { value in
      MPI_Reduce(value, &result, 1, Element.c.handle, operation.c.handle, cRoot, c.handle)
    }
    try check("MPI_Reduce", code)
    return rank == root ? result : nil
  }

  /// Combines the values of all ranks and gives all ranks the result.
  ///
  /// Collective. Allocates no memory of its own. `MPI_Allreduce` with `MPI_IN_PLACE`; MPI 3.1,
  /// 5.9.6.
  ///
  /// - Parameters:
  ///   - value: this rank's value.
  ///   - operation: how two values are combined.
  /// - Returns: the result, on all ranks.
  /// - Throws: ``MPIError`` if the call fails.
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

  /// Collects the values of all ranks on `root`.
  ///
  /// Collective. `MPI_Gather`; MPI 3.1, 5.5.
  ///
  /// - Parameters:
  ///   - value: this rank's value.
  ///   - root: the rank that gets the values.
  /// - Returns: (size), in the order of ranks, on `root`; nil on the other ranks.
  /// - Throws: ``MPIError`` if the call fails.
  public func gather<Element: Datatype>(
    _ value: Element, to root: Int
  ) throws(MPIError) -> [Element]? {
    var result = [Element](repeating: value, count: rank == root ? size : 0)
    var span = result.mutableSpan
    try gather([value].span, into: &span, to: root)
    return rank == root ? result : nil
  }

  /// Collects the values of all ranks on all ranks.
  ///
  /// Collective. `MPI_Allgather`; MPI 3.1, 5.7.
  ///
  /// - Parameter value: this rank's value.
  /// - Returns: (size), in the order of ranks.
  /// - Throws: ``MPIError`` if the call fails.
  public func allGather<Element: Datatype>(_ value: Element) throws(MPIError) -> [Element] {
    var result = [Element](repeating: value, count: size)
    var span = result.mutableSpan
    try allGather([value].span, into: &span)
    return result
  }
}
