internal import CMPI

extension Communicator {
  /// Combines the values of all ranks, element by element, and deals the result out evenly.
  ///
  /// Collective. `MPI_Reduce_scatter_block`; MPI 3.1, 5.10.1.
  ///
  /// - Parameters:
  ///   - values: (size · n), the same n on all ranks.
  ///   - part: (n), which receives the combination of the elements rank · n and after.
  ///   - operation: how two values become one.
  /// - Throws: ``MPIError`` of class `count` for 2³¹ elements or more, which are not sent.
  public func reduceScatter<Element: Datatype>(
    _ values: Span<Element>, into part: inout MutableSpan<Element>,
    _ operation: Operation<Element>
  ) throws(MPIError) {
    precondition(
      values.count == size * part.count, "there must be as many values as all parts together")
    _ = try narrow(values.count, .count, "MPI_Reduce_scatter_block")
    let count = try narrow(part.count, .count, "MPI_Reduce_scatter_block")
    let code = values.withUnsafeBufferPointer { values in
      part.withUnsafeMutableBufferPointer { part in
        MPI_Reduce_scatter_block(
          values.baseAddress, part.baseAddress, count, Element.c.handle, operation.c.handle,
          c.handle)
      }
    }
    try check("MPI_Reduce_scatter_block", code)
  }

  /// Combines the values of all ranks, element by element, and deals the result out by counts.
  ///
  /// Collective. `MPI_Reduce_scatter`; MPI 3.1, 5.10.2.
  ///
  /// - Parameters:
  ///   - values: (sum of counts), the same number on all ranks.
  ///   - part: (this rank's count), which receives its part of the combination, in rank order.
  ///   - counts: (size), the same list on all ranks.
  ///   - operation: how two values become one.
  /// - Throws: ``MPIError`` of class `count` for 2³¹ elements or more, which are not sent.
  public func reduceScatter<Element: Datatype>(
    _ values: Span<Element>, into part: inout MutableSpan<Element>, counts: [Int],
    _ operation: Operation<Element>
  ) throws(MPIError) {
    _ = try narrow(values.count, .count, "MPI_Reduce_scatter")
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
