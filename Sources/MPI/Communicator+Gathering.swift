internal import CMPI

extension Communicator {
  /// Collects the same number of elements from each rank on `root`, in the order of ranks.
  ///
  /// Collective. `MPI_Gather`; MPI 3.1, 5.5.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks.
  ///   - result: (size · n) on `root`; unchanged on the other ranks, where it may be empty.
  ///   - root: the rank that receives.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public func gather<Element: Datatype>(
    _ values: Span<Element>, into result: inout MutableSpan<Element>, to root: Int
  ) throws(MPIError) {
    precondition(
      rank != root || result.count == size * values.count,
      "the root's result must be exactly as long as the values of all ranks together")
    let count = try narrow(values.count, .count, for: "MPI_Gather")
    let cRoot = try narrow(root, .root, for: "MPI_Gather")
    let code = values.withUnsafeBufferPointer { values in
      result.withUnsafeMutableBufferPointer { result in
        MPI_Gather(
          values.baseAddress, count, Element.c.handle, result.baseAddress, count,
          Element.c.handle, cRoot, c.handle)
      }
    }
    try check("MPI_Gather", code)
  }

  /// Collects elements from each rank on `root`, in the order of ranks; ranks may have different
  /// numbers of elements.
  ///
  /// Collective. `MPI_Gatherv`; MPI 3.1, 5.5.
  ///
  /// - Parameters:
  ///   - values: (n), where n may differ between ranks.
  ///   - result: (sum of counts) on `root`; unchanged on the other ranks, where it may be empty.
  ///   - counts: (size) on `root`, the n of each rank; ignored on the other ranks.
  ///   - root: the rank that receives.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public func gather<Element: Datatype>(
    _ values: Span<Element>, into result: inout MutableSpan<Element>, counts: [Int], to root: Int
  ) throws(MPIError) {
    let count = try narrow(values.count, .count, for: "MPI_Gatherv")
    let cRoot = try narrow(root, .root, for: "MPI_Gatherv")
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

  /// Collects the same number of elements from each rank on all ranks, in the order of ranks.
  ///
  /// Collective. `MPI_Allgather`; MPI 3.1, 5.7.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks.
  ///   - result: (size · n).
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public func allGather<Element: Datatype>(
    _ values: Span<Element>, into result: inout MutableSpan<Element>
  ) throws(MPIError) {
    precondition(
      result.count == size * values.count,
      "the result must be exactly as long as the values of all ranks together")
    let count = try narrow(values.count, .count, for: "MPI_Allgather")
    let code = values.withUnsafeBufferPointer { values in
      result.withUnsafeMutableBufferPointer { result in
        MPI_Allgather(
          values.baseAddress, count, Element.c.handle, result.baseAddress, count,
          Element.c.handle, c.handle)
      }
    }
    try check("MPI_Allgather", code)
  }

  /// Collects elements from each rank on all ranks, in the order of ranks; ranks may have different
  /// numbers of elements.
  ///
  /// Collective. `MPI_Allgatherv`; MPI 3.1, 5.7.
  ///
  /// - Parameters:
  ///   - values: (n), where n may differ between ranks.
  ///   - result: (sum of counts).
  ///   - counts: (size), the n of each rank; the same list on all ranks.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public func allGather<Element: Datatype>(
    _ values: Span<Element>, into result: inout MutableSpan<Element>, counts: [Int]
  ) throws(MPIError) {
    let count = try narrow(values.count, .count, for: "MPI_Allgatherv")
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
