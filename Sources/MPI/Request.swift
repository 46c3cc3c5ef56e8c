internal import CMPI
internal import Glibc

/// A non-blocking operation under way, and the owner of its buffer (MPI 3.1, 3.7).
///
/// ``wait()`` ends it and gives the buffer back. Until then the memory belongs to MPI: nothing else
/// can reach it, and it cannot be freed.
///
/// A request must be waited for, even when ``test()`` found it complete. If one is dropped while
/// its operation is under way, most often because an error was thrown past it, the memory is never
/// freed, as MPI may still use it, and standard error says so. It does not trap, for that would
/// hide the error; it does not wait in place of the program, for that can block.
public struct Request<Element: Datatype>: ~Copyable {
  private var c: CMPI_Request
  /// The buffer's memory; nil once it is given back, or given up.
  private var elements: UnsafeMutableBufferPointer<Element>?
  private let receives: Bool
  /// How the operation ended; nil while it is under way.
  private var outcome: Result<Status?, MPIError>?

  /// Takes over an operation that has just been started on `buffer`.
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

  /// Whether the operation has ended, and ``wait()`` will return at once.
  ///
  /// `MPI_Test`; MPI 3.1, 3.7.3.
  ///
  /// - Throws: ``MPIError`` if the operation failed; ``wait()`` will throw the same.
  public mutating func test() throws(MPIError) -> Bool {
    if outcome == nil {
      var completed: CInt = 0
      var status = MPI_Status()
      let code = MPI_Test(&c.handle, &completed, &status)
      if code == MPI_SUCCESS && completed == 0 { return false }
      settle("MPI_Test", code, status)
    }
    _ = try outcome?.get()
    return true
  }

  /// Waits for the end of the operation and returns its buffer.
  ///
  /// `MPI_Wait`; MPI 3.1, 3.7.3.
  ///
  /// - Returns: the buffer, with what was received or combined in it.
  /// - Throws: ``MPIError`` if the operation failed. The buffer is then freed, as its contents
  ///   would be undefined; if MPI did not let go of it, its memory is never used again.
  public consuming func wait() throws(MPIError) -> MessageBuffer<Element> {
    var status: Status?
    return try wait(reporting: &status)
  }

  /// Waits for the end of the operation and returns its buffer, saying what was received.
  ///
  /// `MPI_Wait`; MPI 3.1, 3.7.3.
  ///
  /// - Parameter status: set to who sent how much; nil if the operation does not receive a message.
  /// - Returns: the buffer, with what was received or combined in it.
  /// - Throws: ``MPIError`` as ``wait()`` does.
  public consuming func wait(
    reporting status: inout Status?
  ) throws(MPIError) -> MessageBuffer<Element> {
    if outcome == nil {
      var cStatus = MPI_Status()
      let code = MPI_Wait(&c.handle, &cStatus)
      settle("MPI_Wait", code, cStatus)
    }
    status = try outcome?.get()
    return MessageBuffer(adopting: elements.take()!)
  }

  /// Records how the operation ended.
  private mutating func settle(_ operation: StaticString, _ code: CInt, _ status: MPI_Status) {
    do throws(MPIError) {
      try check(operation, code)
      outcome = .success(receives ? try Status(status, of: Element.self) : nil)
    } catch {
      outcome = .failure(error)
      // MPI takes away the handle of what it has finished with, even in failure. If it did not,
      // it may still write to the memory, which must then never be used for anything else.
      if CMPI_request_is_null(c) == 0 { elements = nil }
    }
  }
}
