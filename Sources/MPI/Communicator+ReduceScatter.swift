internal import CMPI

extension Communicator {
  /// Combines the elements of all ranks, one by one, and gives each rank an equal part of the
  /// result.
  ///
  /// Collective. `MPI_Reduce_scatter_block`; MPI 3.1, 5.10.1.
  ///
  /// - Parameters:
  ///   - values: (size · n), the same n on all ranks.
  ///   - operation: how two elements are combined.
  ///   - part: (n), set to elements rank · n ..< (rank + 1) · n of the result.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public func reduceScatter<Element: Datatype>(
    _ values: Span<Element>, _ operation: Operation<Element>,
    into part: inout MutableSpan<Element>
  ) throws(MPIError) {
    precondition(
      values.count == size * part.count,
      "there must be as many values as elements in all parts together")
    _ = try narrow(values.count, .count, for: "MPI_Reduce_scatter_block")
    let count = try narrow(part.count, .count, for: "MPI_Reduce_scatter_block")
    let code = values.withUnsafeBufferPointer { values in
      part.withUnsafeMutableBufferPointer { part in
        MPI_Reduce_scatter_block(
          values.baseAddress, part.baseAddress, count, Element.c.handle, operation.c.handle,
          c.handle)
      }
    }
    try check("MPI_Reduce_scatter_block", code)
  }

  /// Combines the elements of all ranks, one by one, and gives each rank a part of the result.
  ///
  /// Collective. `MPI_Reduce_scatter`; MPI 3.1, 5.10.2.
  ///
  /// - Parameters:
  ///   - values: (sum of counts), the same number on all ranks.
  ///   - operation: how two elements are combined.
  ///   - part: (`counts[rank]`), set to this rank's part. Parts follow one another in the result, in
  ///     the order of ranks.
  ///   - counts: (size), the number of elements in each rank's part; the same list on all ranks.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public func reduceScatter<Element: Datatype>(
    _ values: Span<Element>, _ operation: Operation<Element>,
    into part: inout MutableSpan<Element>, counts: [Int]
  ) throws(MPIError) {
    _ = try narrow(values.count, .count, for: "MPI_Reduce_scatter")
    let parts = try Parts(counts, "MPI_Reduce_scatter")
    requireParts(parts, own: part.count, whole: values.count)
    let code = values.withUnsafeBufferPointer { values in
      part.withUnsafeMutableBufferPointer { part in
        MPI_Reduce_scatter(
          values.baseAddress, part.baseAddress, parts.counts, Element.c.handle,
          operation.c.handle, c.handle)
      }
    }
    try check("MPI_Reduce_scatter", code)
  }
}
