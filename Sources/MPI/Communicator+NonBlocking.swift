internal import CMPI

extension Communicator {
  /// Begins to combine the values of all ranks, element by element, in place on all of them.
  ///
  /// Collective: all ranks begin and wait. Whether anything happens between the two depends on
  /// the library; without a progress thread much of the work is done in `wait()`.
  ///
  /// `MPI_Iallreduce` with `MPI_IN_PLACE`; MPI 3.1, 5.12.8.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks; the request owns them until it is waited for.
  ///   - operation: how two values become one.
  /// - Returns: the request, whose buffer will hold the combination.
  /// - Throws: ``MPIError``, of class `count` for 2³¹ elements or more. Nothing is then under way,
  ///   and the buffer is freed.
  public func startAllReduce<Element: Datatype>(
    _ values: consuming MessageBuffer<Element>, _ operation: Operation<Element>
  ) throws(MPIError) -> Request<Element> {
    let count = try narrow(values.count, .count, "MPI_Iallreduce")
    var request = CMPI_Request()
    try check(
      "MPI_Iallreduce",
      MPI_Iallreduce(
        CMPI_in_place(), values.baseAddress, count, Element.c.handle, operation.c.handle,
        c.handle, &request.handle))
    return Request(request, owning: values, receives: false)
  }

  /// Begins to send values to one rank.
  ///
  /// `MPI_Isend`; MPI 3.1, 3.7.2.
  ///
  /// - Parameters:
  ///   - values: (n); the request owns them until it is waited for.
  ///   - destination: the rank that receives.
  ///   - tag: what the receiver tells this message by, not negative.
  /// - Returns: the request, whose buffer holds the same values.
  /// - Throws: ``MPIError``, of class `count` for 2³¹ elements or more. Nothing is then under way,
  ///   and the buffer is freed.
  public func startSend<Element: Datatype>(
    _ values: consuming MessageBuffer<Element>, to destination: Int, tag: Int = 0
  ) throws(MPIError) -> Request<Element> {
    let count = try narrow(values.count, .count, "MPI_Isend")
    let cDestination = try narrow(destination, .rank, "MPI_Isend")
    let cTag = try narrow(tag, .tag, "MPI_Isend")
    var request = CMPI_Request()
    try check(
      "MPI_Isend",
      MPI_Isend(
        values.baseAddress, count, Element.c.handle, cDestination, cTag, c.handle,
        &request.handle))
    return Request(request, owning: values, receives: false)
  }

  /// Begins to receive a message into the start of a buffer.
  ///
  /// The buffer must have room for the message. If it has not, `wait()` throws an error of class
  /// `truncate`, but the library may have written beyond the buffer before (Open MPI 4.1.4 does,
  /// for messages of more than 4 KiB within a machine).
  /// ``receive(_:from:tag:)-(MutableSpan<Element>,_,_)`` has no such danger.
  ///
  /// `MPI_Irecv`; MPI 3.1, 3.7.2.
  ///
  /// - Parameters:
  ///   - buffer: (n), n at least the message's count; the request owns it until it is waited for.
  ///   - source: the rank that sends; nil for any (`MPI_ANY_SOURCE`).
  ///   - tag: the tag it was sent with; nil for any (`MPI_ANY_TAG`).
  /// - Returns: the request, whose buffer will hold the message.
  /// - Throws: ``MPIError``, of class `count` for 2³¹ elements or more. Nothing is then under way,
  ///   and the buffer is freed.
  public func startReceive<Element: Datatype>(
    into buffer: consuming MessageBuffer<Element>, from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> Request<Element> {
    let count = try narrow(buffer.count, .count, "MPI_Irecv")
    let cSource = try narrow(source: source, "MPI_Irecv")
    let cTag = try narrow(tag: tag, "MPI_Irecv")
    var request = CMPI_Request()
    try check(
      "MPI_Irecv",
      MPI_Irecv(
        buffer.baseAddress, count, Element.c.handle, cSource, cTag, c.handle, &request.handle))
    return Request(request, owning: buffer, receives: true)
  }
}
