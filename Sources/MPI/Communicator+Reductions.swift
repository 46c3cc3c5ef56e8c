internal import CMPI

extension Communicator {
  /// Combines the values of all ranks, element by element, on `root`.
  ///
  /// Collective. `MPI_Reduce`; MPI 3.1, 5.9.1.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks.
  ///   - result: (n) on `root`, which receives the combination; left alone on the other ranks,
  ///     where it may be empty.
  ///   - operation: how two values become one.
  ///   - root: the rank that receives.
  /// - Throws: ``MPIError`` of class `count` for 2³¹ elements or more, which are not sent.
  public func reduce<Element: Datatype>(
    _ values: Span<Element>, into result: inout MutableSpan<Element>,
    _ operation: Operation<Element>, to root: Int
  ) throws(MPIError) {
    precondition(rank != root || result.count == values.count, "the root's result has another size")
    let count = try narrow(values.count, .count, "MPI_Reduce")
    let cRoot = try narrow(root, .root, "MPI_Reduce")
    let code = values.withUnsafeBufferPointer { values in
      result.withUnsafeMutableBufferPointer { result in
        MPI_Reduce(
          values.baseAddress, result.baseAddress, count, Element.c.handle, operation.c.handle,
          cRoot, c.handle)
      }
    }
    try check("MPI_Reduce", code)
  }

  /// Combines the values of all ranks, element by element, in place on all of them.
  ///
  /// Collective. Allocates nothing itself. `MPI_Allreduce` with `MPI_IN_PLACE`; MPI 3.1, 5.9.6.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks; replaced by the combination.
  ///   - operation: how two values become one.
  /// - Throws: ``MPIError`` of class `count` for 2³¹ elements or more, which are not sent.
  public func allReduce<Element: Datatype>(
    _ values: inout MutableSpan<Element>, _ operation: Operation<Element>
  ) throws(MPIError) {
    let count = try narrow(values.count, .count, "MPI_Allreduce")
    let code = values.withUnsafeMutableBufferPointer { values in
      MPI_Allreduce(
        CMPI_in_place(), values.baseAddress, count, Element.c.handle, operation.c.handle, c.handle)
    }
    try check("MPI_Allreduce", code)
  }

  /// Combines the values of all ranks, element by element, on all of them.
  ///
  /// Collective. Allocates nothing itself. `MPI_Allreduce`; MPI 3.1, 5.9.6.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks.
  ///   - result: (n), which receives the combination.
  ///   - operation: how two values become one.
  /// - Throws: ``MPIError`` of class `count` for 2³¹ elements or more, which are not sent.
  public func allReduce<Element: Datatype>(
    _ values: Span<Element>, into result: inout MutableSpan<Element>,
    _ operation: Operation<Element>
  ) throws(MPIError) {
    precondition(result.count == values.count, "the result has another size than the values")
    let count = try narrow(values.count, .count, "MPI_Allreduce")
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
