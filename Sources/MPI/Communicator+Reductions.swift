internal import CMPI

extension Communicator {
  /// Combines the elements of all ranks, one by one, and gives `root` the result.
  ///
  /// Collective. `MPI_Reduce`; MPI 3.1, 5.9.1.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks.
  ///   - operation: how two elements are combined.
  ///   - result: (n) on `root`, set to the result; unchanged on the other ranks, where it may be
  ///     empty.
  ///   - root: the rank that gets the result.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public func reduce<Element: Datatype>(
    _ values: Span<Element>, _ operation: Operation<Element>,
    into result: inout MutableSpan<Element>, to root: Int
  ) throws(MPIError) {
    precondition(
      rank != root || result.count == values.count,
      "the root's result must be as long as the values")
    let count = try narrow(values.count, .count, for: "MPI_Reduce")
    let cRoot = try narrow(root, .root, for: "MPI_Reduce")
    let (type, call) = (Element.c.handle, operation.c.handle)
    let code = values.withUnsafeBufferPointer { values in
      if rank == root {
        result.withUnsafeMutableBufferPointer {
          MPI_Reduce(values.baseAddress, $0.baseAddress, count, type, call, cRoot, c.handle)
        }
      } else {
        // Other ranks' buffers mean nothing to MPI, but Intel MPI 2021.19 writes partial results there.
        withUnsafeTemporaryAllocation(of: Element.self, capacity: values.count) {
          MPI_Reduce(values.baseAddress, $0.baseAddress, count, type, call, cRoot, c.handle)
        }
      }
    }
    try check("MPI_Reduce", code)
  }

  /// Combines the elements of all ranks, one by one, and gives all ranks the result, in place.
  ///
  /// Collective. Allocates no memory of its own. `MPI_Allreduce` with `MPI_IN_PLACE`; MPI 3.1, 5.9.6.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks; replaced by the result.
  ///   - operation: how two elements are combined.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public func allReduce<Element: Datatype>(
    _ values: inout MutableSpan<Element>, _ operation: Operation<Element>
  ) throws(MPIError) {
    let count = try narrow(values.count, .count, for: "MPI_Allreduce")
    let code = values.withUnsafeMutableBufferPointer { values in
      MPI_Allreduce(
        CMPI_in_place(), values.baseAddress, count, Element.c.handle, operation.c.handle, c.handle)
    }
    try check("MPI_Allreduce", code)
  }

  /// Combines the elements of all ranks, one by one, and gives all ranks the result.
  ///
  /// Collective. Allocates no memory of its own. `MPI_Allreduce`; MPI 3.1, 5.9.6.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks.
  ///   - operation: how two elements are combined.
  ///   - result: (n), set to the result.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public func allReduce<Element: Datatype>(
    _ values: Span<Element>, _ operation: Operation<Element>,
    into result: inout MutableSpan<Element>
  ) throws(MPIError) {
    precondition(result.count == values.count, "the result must be as long as the values")
    let count = try narrow(values.count, .count, for: "MPI_Allreduce")
    let code = values.withUnsafeBufferPointer { values in
      result.withUnsafeMutableBufferPointer { result in
        MPI_Allreduce(
          values.baseAddress, result.baseAddress, count, Element.c.handle, operation.c.handle,
          c.handle)
      }
    }
    try check("MPI_Allreduce", code)
  }
}
