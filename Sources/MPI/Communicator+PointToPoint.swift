internal import CMPI

extension Communicator {
  /// Sends elements to one rank.
  ///
  /// Returns when the elements may be changed again. That can be before or only after the message
  /// is received: a program must rely on neither.
  ///
  /// `MPI_Send`; MPI 3.1, 3.2.1.
  ///
  /// - Parameters:
  ///   - values: (n).
  ///   - destination: the rank that receives.
  ///   - tag: a number by which the receiver can select this message, zero or more.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public func send<Element: Datatype>(
    _ values: Span<Element>, to destination: Int, tag: Int = 0
  ) throws(MPIError) {
    let count = try narrow(values.count, .count, for: "MPI_Send")
    let cDestination = try narrow(destination, .rank, for: "MPI_Send")
    let cTag = try narrow(tag, .tag, for: "MPI_Send")
    let code = values.withUnsafeBufferPointer { values in
      MPI_Send(values.baseAddress, count, Element.c.handle, cDestination, cTag, c.handle)
    }
    try check("MPI_Send", code)
  }

  /// Sends elements to one rank and, at the same time, receives a message from another.
  ///
  /// Ranks that call this in a ring do not deadlock. They could if each rank first called `send`
  /// and then `receive`.
  ///
  /// As `MPI_Sendrecv` (MPI 3.1, 3.10), but by `MPI_Isend` and
  /// ``receive(_:from:tag:)-(MutableSpan<Element>,_,_)``, which checks the length of the message
  /// before it receives it.
  ///
  /// - Parameters:
  ///   - values: (n), what is sent.
  ///   - destination: the rank that receives `values`.
  ///   - tag: the tag that `values` are sent with, zero or more.
  ///   - received: (m), m at least the incoming message's count.
  ///   - source: the rank that sends the incoming message; nil for any (`MPI_ANY_SOURCE`).
  ///   - receivedTag: the tag of the incoming message; nil for any (`MPI_ANY_TAG`).
  /// - Returns: the incoming message's source, tag and number of elements.
  /// - Throws: ``MPIError``, as `send` and `receive` do. If only the receive fails, the elements
  ///   have been sent.
  @discardableResult
  public func sendReceive<Element: Datatype>(
    _ values: Span<Element>, to destination: Int, tag: Int = 0,
    into received: inout MutableSpan<Element>, from source: Int?, tag receivedTag: Int? = 0
  ) throws(MPIError) -> Status {
    let count = try narrow(values.count, .count, for: "MPI_Isend")
    let cDestination = try narrow(destination, .rank, for: "MPI_Isend")
    let cTag = try narrow(tag, .tag, for: "MPI_Isend")
    _ = try narrow(received.count, .count, for: "MPI_Mrecv")
    var sent = CMPI_SUCCESS
    var outcome: Result<Status, MPIError>?
    let started = values.withUnsafeBufferPointer { values in
      var request = CMPI_Request()
      let started = MPI_Isend(
        values.baseAddress, count, Element.c.handle, cDestination, cTag, c.handle,
        &request.handle)
      guard started == CMPI_SUCCESS else { return started }
      // Also after a failed receive, `values` must stay valid until the send has ended.
      outcome = Result { () throws(MPIError) in
        try receive(&received, from: source, tag: receivedTag)
      }
      sent = MPI_Wait(&request.handle, CMPI_status_ignore())
      return started
    }
    try check("MPI_Isend", started)
    try check("MPI_Wait", sent)
    return try outcome!.get()
  }

  /// Waits until there is a message to receive, and returns its source, tag and length without
  /// receiving it.
  ///
  /// `MPI_Probe`; MPI 3.1, 3.8.1.
  ///
  /// - Parameters:
  ///   - type: the type of the elements that were sent.
  ///   - source: the rank that sends; nil for any (`MPI_ANY_SOURCE`).
  ///   - tag: the tag of the message; nil for any (`MPI_ANY_TAG`).
  /// - Returns: the message's source, tag and number of elements.
  /// - Throws: ``MPIError`` if a call fails; of class `datatype` if the message does not consist of
  ///   whole elements of this type.
  public func probe<Element: Datatype>(
    _ type: Element.Type, from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> Status {
    let cSource = try narrow(source: source, for: "MPI_Probe")
    let cTag = try narrow(tag: tag, for: "MPI_Probe")
    var status = MPI_Status()
    try check("MPI_Probe", MPI_Probe(cSource, cTag, c.handle, &status))
    return try Status(status, of: Element.self)
  }
}
