internal import CMPI

extension Communicator {
  /// Returns when all ranks have come here.
  ///
  /// Collective. `MPI_Barrier`; MPI 3.1, 5.3.
  public func barrier() throws(MPIError) {
    try check("MPI_Barrier", MPI_Barrier(c.handle))
  }

  /// Copies the values of `root` to all ranks.
  ///
  /// Collective. `MPI_Bcast`; MPI 3.1, 5.4.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks; read on `root`, written on the others.
  ///   - root: the rank whose values they are.
  /// - Throws: ``MPIError`` of class `count` for 2³¹ elements or more, which are not sent.
  public func broadcast<Element: Datatype>(
    _ values: inout MutableSpan<Element>, from root: Int
  ) throws(MPIError) {
    let count = try narrow(values.count, .count, "MPI_Bcast")
    let cRoot = try narrow(root, .root, "MPI_Bcast")
    let code = values.withUnsafeMutableBufferPointer { values in
      MPI_Bcast(values.baseAddress, count, Element.c.handle, cRoot, c.handle)
    }
    try check("MPI_Bcast", code)
  }

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
}
