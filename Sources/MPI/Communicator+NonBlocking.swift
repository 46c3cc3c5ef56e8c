internal import CMPI

extension Communicator {
  /// Starts to combine the buffers of all ranks, element by element, and to give all ranks the
  /// result.
  ///
  /// Collective: all ranks must start the operation and wait for its end. Whether it makes progress
  /// in between depends on the library; if the library has no thread for that, most of the work is
  /// done in ``Request/wait()``.
  ///
  /// `MPI_Iallreduce` with `MPI_IN_PLACE`; MPI 3.1, 5.12.8.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks. The request owns the buffer until `wait()`.
  ///   - operation: how two elements are combined.
  /// - Returns: the request. Its `wait()` returns the buffer with the result.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more. The
  ///   operation is then not started, and the buffer is freed.
  public func startAllReduce<Element: Datatype>(
    _ values: consuming MessageBuffer<Element>, _ operation: Operation<Element>
  ) throws(MPIError) -> Request<Element> {
    let count = try narrow(values.count, .count, for: "MPI_Iallreduce")
    var request = CMPI_Request()
    try check(
      "MPI_Iallreduce",
      MPI_Iallreduce(
        CMPI_in_place(), values.baseAddress, count, Element.c.handle, operation.c.handle,
        c.handle, &request.handle))
    return Request(request, owning: values, receives: false)
  }

  /// Starts to send the elements of a buffer to one rank.
  ///
  /// `MPI_Isend`; MPI 3.1, 3.7.2.
  ///
  /// - Parameters:
  ///   - values: (n). The request owns the buffer until `wait()`.
  ///   - destination: the rank that receives.
  ///   - tag: a number by which the receiver can select this message, zero or more.
  /// - Returns: the request. Its `wait()` returns the buffer unchanged.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more. The
  ///   operation is then not started, and the buffer is freed.
  public func startSend<Element: Datatype>(
    _ values: consuming MessageBuffer<Element>, to destination: Int, tag: Int = 0
  ) throws(MPIError) -> Request<Element> {
    let count = try narrow(values.count, .count, for: "MPI_Isend")
    let cDestination = try narrow(destination, .rank, for: "MPI_Isend")
    let cTag = try narrow(tag, .tag, for: "MPI_Isend")
    var request = CMPI_Request()
    try check(
      "MPI_Isend",
      MPI_Isend(
        values.baseAddress, count, Element.c.handle, cDestination, cTag, c.handle,
        &request.handle))
    return Request(request, owning: values, receives: false)
  }

  /// Starts to receive a message into the start of a buffer.
  ///
  /// The buffer must be at least as long as the message. If it is shorter, `wait()` throws an error
  /// of class `truncate`, but the library may already have written beyond the end of the buffer
  /// (Open MPI 4.1.4 does so within a machine, for messages of more than 4 KiB).
  /// ``receive(_:from:tag:)-(MutableSpan<Element>,_,_)`` checks the length first.
  ///
  /// Name the source where you can. With MPICH 5.0.2 over UCX, a receive from any source does not end if
  /// the message comes from another machine while the rank has neighbours on its own; over libfabric
  /// (`MPIR_CVAR_CH4_NETMOD=ofi`) it does.
  ///
  /// `MPI_Irecv`; MPI 3.1, 3.7.2.
  ///
  /// - Parameters:
  ///   - buffer: (n), n at least the message's count. The request owns the buffer until `wait()`.
  ///   - source: the rank that sends; nil for any (`MPI_ANY_SOURCE`).
  ///   - tag: the tag of the message; nil for any (`MPI_ANY_TAG`).
  /// - Returns: the request. Its `wait()` returns the buffer with the message.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more. The
  ///   operation is then not started, and the buffer is freed.
  public func startReceive<Element: Datatype>(
    into buffer: consuming MessageBuffer<Element>, from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> Request<Element> {
    let count = try narrow(buffer.count, .count, for: "MPI_Irecv")
    let cSource = try narrow(source: source, for: "MPI_Irecv")
    let cTag = try narrow(tag: tag, for: "MPI_Irecv")
    var request = CMPI_Request()
    try check(
      "MPI_Irecv",
      MPI_Irecv(
        buffer.baseAddress, count, Element.c.handle, cSource, cTag, c.handle, &request.handle))
    return Request(request, owning: buffer, receives: true)
  }
}
