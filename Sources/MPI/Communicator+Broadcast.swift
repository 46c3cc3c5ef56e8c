internal import CMPI

extension Communicator {
  /// Copies the elements of `root` to all ranks.
  ///
  /// Collective. `MPI_Bcast`; MPI 3.1, 5.4.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks; read on `root`, written on the others.
  ///   - root: the rank whose elements are copied.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public func broadcast<Element: Datatype>(
    _ values: inout MutableSpan<Element>, from root: Int
  ) throws(MPIError) {
    let count = try narrow(values.count, .count, for: "MPI_Bcast")
    let cRoot = try narrow(root, .root, for: "MPI_Bcast")
    let code = values.withUnsafeMutableBufferPointer { values in
      MPI_Bcast(values.baseAddress, count, Element.c.handle, cRoot, c.handle)
    }
    try check("MPI_Bcast", code)
  }
}
