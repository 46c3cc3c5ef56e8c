internal import CMPI

extension Communicator {
  /// Sends values to one rank, and returns when they may be overwritten.
  ///
  /// May or may not wait for the receiver: a program must be right either way.
  ///
  /// `MPI_Send`; MPI 3.1, 3.2.1.
  ///
  /// - Parameters:
  ///   - values: (n).
  ///   - destination: the rank that receives.
  ///   - tag: what the receiver tells this message by, not negative.
  /// - Throws: ``MPIError``, of class `count` for 2³¹ elements or more, which are not sent.
  public func send<Element: Datatype>(
    _ values: Span<Element>, to destination: Int, tag: Int = 0
  ) throws(MPIError) {
    let count = try narrow(values.count, .count, "MPI_Send")
    let cDestination = try narrow(destination, .rank, "MPI_Send")
    let cTag = try narrow(tag, .tag, "MPI_Send")
    let code = values.withUnsafeBufferPointer { values in
      MPI_Send(values.baseAddress, count, Element.c.handle, cDestination, cTag, c.handle)
    }
    try check("MPI_Send", code)
  }

  /// Sends to one rank and receives from another, without a cycle of such ranks locking up.
  ///
  /// What `MPI_Sendrecv` does (MPI 3.1, 3.10), by `MPI_Isend` and
  /// ``receive(_:from:tag:)-(MutableSpan<Element>,_,_)``, for the sake of the latter's care with
  /// long messages.
  ///
  /// - Parameters:
  ///   - values: (n), what is sent.
  ///   - destination: the rank that receives them.
  ///   - tag: the tag they are sent with, not negative.
  ///   - received: (m), m at least the incoming message's count.
  ///   - source: the rank that sends it; nil for any.
  ///   - receivedTag: the tag it was sent with; nil for any.
  /// - Returns: who sent how much.
  /// - Throws: ``MPIError``, as `send` and `receive` do. What was sent has then been sent.
  @discardableResult
  public func sendReceive<Element: Datatype>(
    _ values: Span<Element>, to destination: Int, tag: Int = 0,
    into received: inout MutableSpan<Element>, from source: Int?, tag receivedTag: Int? = 0
  ) throws(MPIError) -> Status {
    let count = try narrow(values.count, .count, "MPI_Isend")
    let cDestination = try narrow(destination, .rank, "MPI_Isend")
    let cTag = try narrow(tag, .tag, "MPI_Isend")
    _ = try narrow(received.count, .count, "MPI_Mrecv")
    var sent = MPI_SUCCESS
    var outcome: Result<Status, MPIError>?
    let started = values.withUnsafeBufferPointer { values in
      var request = CMPI_Request()
      let started = MPI_Isend(
        values.baseAddress, count, Element.c.handle, cDestination, cTag, c.handle,
        &request.handle)
      guard started == MPI_SUCCESS else { return started }
      // Whatever comes of the receive, the values are lent until the send has let go of them.
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

  /// Waits until a message can be received, and says how long it is without receiving it.
  ///
  /// `MPI_Probe`; MPI 3.1, 3.8.1.
  ///
  /// - Parameters:
  ///   - type: the elements to count in: those that were sent.
  ///   - source: the rank that sends; nil for any (`MPI_ANY_SOURCE`).
  ///   - tag: the tag it was sent with; nil for any (`MPI_ANY_TAG`).
  /// - Returns: who sent how much.
  /// - Throws: ``MPIError``, of class `datatype` if the message does not consist of whole elements.
  public func probe<Element: Datatype>(
    _ type: Element.Type, from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> Status {
    let cSource = try narrow(source: source, "MPI_Probe")
    let cTag = try narrow(tag: tag, "MPI_Probe")
    var status = MPI_Status()
    try check("MPI_Probe", MPI_Probe(cSource, cTag, c.handle, &status))
    return try Status(status, of: Element.self)
  }
}
