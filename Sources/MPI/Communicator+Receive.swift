internal import CMPI

extension Communicator {
  /// Waits for a message and writes it to the start of `values`.
  ///
  /// The length of the message is checked before it is received. Without that check, some libraries
  /// write a message that is too long beyond the end of its buffer and only then report the error
  /// (Open MPI 4.1.4 does so within a machine, for messages of more than 4 KiB).
  ///
  /// `MPI_Mprobe` and `MPI_Mrecv`; MPI 3.1, 3.8.2 and 3.8.3.
  ///
  /// - Parameters:
  ///   - values: (n), n at least the message's count. Elements after the message stay unchanged.
  ///   - source: the rank that sends; nil for any (`MPI_ANY_SOURCE`).
  ///   - tag: the tag of the message; nil for any (`MPI_ANY_TAG`).
  /// - Returns: the message's source, tag and number of elements.
  /// - Throws: ``MPIError`` if a call fails; of class `truncate` if the message is longer than
  ///   `values`, which then are unchanged; of class `datatype` if the message does not consist of
  ///   whole elements. In the last two cases the message is lost; later messages can still be
  ///   received.
  @discardableResult
  public func receive<Element: Datatype>(
    _ values: inout MutableSpan<Element>, from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> Status {
    let count = try narrow(values.count, .count, for: "MPI_Mrecv")
    let cSource = try narrow(source: source, for: "MPI_Mprobe")
    let cTag = try narrow(tag: tag, for: "MPI_Mprobe")
    var message = CMPI_Message()
    var status = MPI_Status()
    try check("MPI_Mprobe", MPI_Mprobe(cSource, cTag, c.handle, &message.handle, &status))
    let size = try byteCount(&status)
    guard size <= values.count * MemoryLayout<Element>.stride else {
      try discard(message, size, of: Element.self)
      throw MPIError(
        "MPI_Mrecv", .truncate,
        message:
          "a message of \(size) bytes from rank \(status.MPI_SOURCE) with tag \(status.MPI_TAG) "
          + "does not fit \(values.count) elements of \(Element.self): call probe first, which tells "
          + "its count")
    }
    let code = values.withUnsafeMutableBufferPointer { values in
      MPI_Mrecv(
        values.baseAddress, count, Element.c.handle, &message.handle, CMPI_status_ignore())
    }
    try check("MPI_Mrecv", code)
    return try Status(status, of: Element.self)
  }

  /// Receives a message of `size` bytes and drops it, so that its sender can continue.
  private func discard<Element: Datatype>(
    _ message: CMPI_Message, _ size: Int, of _: Element.Type
  ) throws(MPIError) {
    let stride = MemoryLayout<Element>.stride
    let elements = (size + stride - 1) / stride
    let count = try narrow(elements, .count, for: "MPI_Mrecv")
    let memory = UnsafeMutableRawPointer.allocate(byteCount: elements * stride, alignment: stride)
    defer { memory.deallocate() }
    var message = message
    try check(
      "MPI_Mrecv",
      MPI_Mrecv(memory, count, Element.c.handle, &message.handle, CMPI_status_ignore()))
  }
}
