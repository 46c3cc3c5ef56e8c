internal import CMPI

extension Communicator {
  /// Collects equally many values of each rank on `root`, in rank order.
  ///
  /// Collective. `MPI_Gather`; MPI 3.1, 5.5.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks.
  ///   - result: (size · n) on `root`; left alone on the other ranks, where it may be empty.
  ///   - root: the rank that receives.
  /// - Throws: ``MPIError`` of class `count` for 2³¹ elements or more, which are not sent.
  public func gather<Element: Datatype>(
    _ values: Span<Element>, into result: inout MutableSpan<Element>, to root: Int
  ) throws(MPIError) {
    precondition(
      rank != root || result.count == size * values.count,
      "the root's result must have room for the values of all ranks, and no more")
    let count = try narrow(values.count, .count, "MPI_Gather")
    let cRoot = try narrow(root, .root, "MPI_Gather")
    let code = values.withUnsafeBufferPointer { values in
      result.withUnsafeMutableBufferPointer { result in
        MPI_Gather(
          values.baseAddress, count, Element.c.handle, result.baseAddress, count,
          Element.c.handle, cRoot, c.handle)
      }
    }
    try check("MPI_Gather", code)
  }

  /// Collects any number of values of each rank on `root`, in rank order.
  ///
  /// Collective. `MPI_Gatherv`; MPI 3.1, 5.5.
  ///
  /// - Parameters:
  ///   - values: (n), n differing between ranks.
  ///   - result: (sum of counts) on `root`; left alone on the other ranks, where it may be empty.
  ///   - counts: (size) on `root`, each rank's n; ignored on the other ranks.
  ///   - root: the rank that receives.
  /// - Throws: ``MPIError`` of class `count` for 2³¹ elements or more, which are not sent.
  public func gather<Element: Datatype>(
    _ values: Span<Element>, into result: inout MutableSpan<Element>, counts: [Int], to root: Int
  ) throws(MPIError) {
    let count = try narrow(values.count, .count, "MPI_Gatherv")
    let cRoot = try narrow(root, .root, "MPI_Gatherv")
    let parts = try Parts(rank == root ? counts : [], "MPI_Gatherv")
    if rank == root { requireParts(parts, own: values.count, whole: result.count) }
    let code = values.withUnsafeBufferPointer { values in
      result.withUnsafeMutableBufferPointer { result in
        MPI_Gatherv(
          values.baseAddress, count, Element.c.handle, result.baseAddress, parts.counts,
          parts.displacements, Element.c.handle, cRoot, c.handle)
      }
    }
    try check("MPI_Gatherv", code)
  }

  /// Collects equally many values of each rank on all of them, in rank order.
  ///
  /// Collective. `MPI_Allgather`; MPI 3.1, 5.7.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks.
  ///   - result: (size · n).
  /// - Throws: ``MPIError`` of class `count` for 2³¹ elements or more, which are not sent.
  public func allGather<Element: Datatype>(
    _ values: Span<Element>, into result: inout MutableSpan<Element>
  ) throws(MPIError) {
    precondition(
      result.count == size * values.count,
      "the result must have room for the values of all ranks, and no more")
    let count = try narrow(values.count, .count, "MPI_Allgather")
    let code = values.withUnsafeBufferPointer { values in
      result.withUnsafeMutableBufferPointer { result in
        MPI_Allgather(
          values.baseAddress, count, Element.c.handle, result.baseAddress, count,
          Element.c.handle, c.handle)
      }
    }
    try check("MPI_Allgather", code)
  }

  /// Collects any number of values of each rank on all of them, in rank order.
  ///
  /// Collective. `MPI_Allgatherv`; MPI 3.1, 5.7.
  ///
  /// - Parameters:
  ///   - values: (n), n differing between ranks.
  ///   - result: (sum of counts).
  ///   - counts: (size), each rank's n, the same list on all ranks.
  /// - Throws: ``MPIError`` of class `count` for 2³¹ elements or more, which are not sent.
  public func allGather<Element: Datatype>(
    _ values: Span<Element>, into result: inout MutableSpan<Element>, counts: [Int]
  ) throws(MPIError) {
    let count = try narrow(values.count, .count, "MPI_Allgatherv")
    let parts = try Parts(counts, "MPI_Allgatherv")
    requireParts(parts, own: values.count, whole: result.count)
    let code = values.withUnsafeBufferPointer { values in
      result.withUnsafeMutableBufferPointer { result in
        MPI_Allgatherv(
          values.baseAddress, count, Element.c.handle, result.baseAddress, parts.counts,
          parts.displacements, Element.c.handle, c.handle)
      }
    }
    try check("MPI_Allgatherv", code)
  }
}
