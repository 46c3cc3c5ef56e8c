internal import CMPI
internal import Glibc

/// A non-blocking operation that has been started, and the owner of its buffer (MPI 3.1, 3.7).
///
/// ``wait()`` waits for the end of the operation and returns the buffer. Until then the program can
/// neither use nor free the buffer's memory.
///
///     let request = try comm.startSend(buffer, to: 1)
///     compute()
///     let sent = try request.wait()
///
/// A program must call `wait()` for every request, also after ``test()`` has returned true. A
/// request may be dropped without that call, usually because an error was thrown. Unless `test()`
/// has found the operation ended, MPI may still use the memory, which is therefore never freed, and
/// a message on standard error says so. The `deinit` does not trap, since that would hide the
/// error, and does not wait, since that could take for ever.
public struct Request<Element: Datatype>: ~Copyable {
  private var c: CMPI_Request
  /// The buffer's memory; nil after it was returned, or if it can never be used again.
  private var elements: UnsafeMutableBufferPointer<Element>?
  /// Whether the operation receives a message, which then has a status.
  private let receives: Bool
  /// The result of the operation; nil until it has ended. The status is nil unless the operation
  /// receives a message.
  private var outcome: Result<Status?, MPIError>?

  /// A request for the operation of `handle`, which has been started on `buffer`.
  init(_ handle: CMPI_Request, owning buffer: consuming MessageBuffer<Element>, receives: Bool) {
    c = handle
    elements = buffer.release()
    self.receives = receives
  }

  deinit {
    guard outcome == nil else {
      elements?.deallocate()
      return
    }
    var sentence = """
      MPI: a request for \(Element.self) was dropped while its operation was under way; its memory \
      is never freed. Wait for every request.

      """
    sentence.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// Whether the operation has ended, so that ``wait()`` will return at once.
  ///
  /// `MPI_Test`; MPI 3.1, 3.7.3.
  ///
  /// - Throws: ``MPIError`` if the operation failed. ``wait()`` will throw the same error.
  public mutating func test() throws(MPIError) -> Bool {
    if outcome == nil {
      var completed: CInt = 0
      var status = MPI_Status()
      let code = MPI_Test(&c.handle, &completed, &status)
      if code == CMPI_SUCCESS && completed == 0 { return false }
      settle("MPI_Test", code, with: status)
    }
    _ = try outcome?.get()
    return true
  }

  /// Waits for the end of the operation and returns its buffer.
  ///
  /// `MPI_Wait`; MPI 3.1, 3.7.3.
  ///
  /// - Returns: the buffer, with the received message or the combined elements in it.
  /// - Throws: ``MPIError`` if the operation failed. The buffer is then freed, since its elements
  ///   are undefined. If MPI may still write to the buffer, its memory is not freed and never used
  ///   again.
  public consuming func wait() throws(MPIError) -> MessageBuffer<Element> {
    var status: Status?
    return try wait(reporting: &status)
  }

  /// Waits for the end of the operation and returns its buffer and the status of the message.
  ///
  /// `MPI_Wait`; MPI 3.1, 3.7.3.
  ///
  /// - Parameter status: set to the received message's source, tag and number of elements; to nil if
  ///   the operation does not receive a message.
  /// - Returns: the buffer, with the received message or the combined elements in it.
  /// - Throws: ``MPIError``, as ``wait()`` does.
  public consuming func wait(
    reporting status: inout Status?
  ) throws(MPIError) -> MessageBuffer<Element> {
    if outcome == nil {
      var cStatus = MPI_Status()
      let code = MPI_Wait(&c.handle, &cStatus)
      settle("MPI_Wait", code, with: cStatus)
    }
    status = try outcome?.get()
    return MessageBuffer(adopting: elements.take()!)
  }

  /// Records the end of the request's operation, about which the C function `operation` returned
  /// `code` and set `status`.
  private mutating func settle(
    _ operation: StaticString, _ code: CInt, with status: MPI_Status
  ) {
    do throws(MPIError) {
      try check(operation, code)
      outcome = .success(receives ? try Status(status, of: Element.self) : nil)
    } catch {
      outcome = .failure(error)
      // MPI sets the handle to null when it has finished with a request, even after a failure. If
      // it is not null, MPI may still write to the memory, which must never be used again.
      if CMPI_request_is_null(c) == 0 { elements = nil }
    }
  }
}
