internal import CMPI

extension Communicator {
  /// Waits for a message and puts it at the start of `values`.
  ///
  /// The message is looked at before it is received: some libraries write all of a message that is
  /// too long for its buffer before they report the error (Open MPI 4.1.4 does, for messages of
  /// more than 4 KiB within a machine), and what lies behind the buffer is lost.
  ///
  /// `MPI_Mprobe` and `MPI_Mrecv`; MPI 3.1, 3.8.2 and 3.8.3.
  ///
  /// - Parameters:
  ///   - values: (n), n at least the message's count. Elements beyond the message stay as they are.
  ///   - source: the rank that sends; nil for any (`MPI_ANY_SOURCE`).
  ///   - tag: the tag it was sent with; nil for any (`MPI_ANY_TAG`).
  /// - Returns: who sent how much.
  /// - Throws: ``MPIError`` of class `truncate` if the message is longer than `values`, which then
  ///   stay as they are: the message is lost, but later ones can be received.
  @discardableResult
  public func receive<Element: Datatype>(
    _ values: inout MutableSpan<Element>, from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> Status {
    let count = try narrow(values.count, .count, "MPI_Mrecv")
    let cSource = try narrow(source: source, "MPI_Mprobe")
    let cTag = try narrow(tag: tag, "MPI_Mprobe")
    var message = CMPI_Message()
    var status = MPI_Status()
    try check("MPI_Mprobe", MPI_Mprobe(cSource, cTag, c.handle, &message.handle, &status))
    let size = try byteCount(&status)
    guard size <= values.count * MemoryLayout<Element>.stride else {
      try discard(message, size, of: Element.self)
      throw MPIError(
        "MPI_Mrecv", .truncate,
        "a message of \(size) bytes from rank \(status.MPI_SOURCE) with tag \(status.MPI_TAG) "
          + "does not fit \(values.count) elements of \(Element.self): ask probe for its count first, "
          + "and receive into as many")
    }
    let code = values.withUnsafeMutableBufferPointer { values in
      MPI_Mrecv(
        values.baseAddress, count, Element.c.handle, &message.handle, CMPI_status_ignore())
    }
    try check("MPI_Mrecv", code)
    return try Status(status, of: Element.self)
  }

  /// Receives a message that no one wants, so that its sender can go on.
  private func discard<Element: Datatype>(
    _ message: CMPI_Message, _ size: Int, of _: Element.Type
  ) throws(MPIError) {
    let stride = MemoryLayout<Element>.stride
    let elements = (size + stride - 1) / stride
    let count = try narrow(elements, .count, "MPI_Mrecv")
    let memory = UnsafeMutableRawPointer.allocate(byteCount: elements * stride, alignment: stride)
    defer { memory.deallocate() }
    var message = message
    try check(
      "MPI_Mrecv",
      MPI_Mrecv(memory, count, Element.c.handle, &message.handle, CMPI_status_ignore()))
  }
}

/// The rank to receive from, or any.
func narrow(source: Int?, _ operation: StaticString) throws(MPIError) -> CInt {
  guard let source else { return MPI_ANY_SOURCE }
  // The implementation's number for "any" is negative, and must not be reached by a wrong sum.
  precondition(source >= 0, "a source is a rank, or nil for any")
  return try narrow(source, .rank, operation)
}

/// The tag to receive, or any.
func narrow(tag: Int?, _ operation: StaticString) throws(MPIError) -> CInt {
  guard let tag else { return MPI_ANY_TAG }
  precondition(tag >= 0, "a tag is not negative, or nil for any")
  return try narrow(tag, .tag, operation)
}
