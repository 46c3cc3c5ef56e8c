internal import CMPI

/// Memory that the ranks of one machine share: each owns a part, all reach every part.
///
/// No copies and no messages: a rank's store is another's load. What makes that safe is a
/// discipline: between two calls of ``synchronise(_:)`` an element is either written by one rank
/// and touched by no other, or only read; ``sync()`` and a message do for two ranks what
/// `synchronise` does for all. Both are mutating, so that the compiler lets no
/// span of the window live across it.
///
/// The window is in a passive access epoch for all its life (`MPI_Win_lock_all` with
/// `MPI_MODE_NOCHECK`), as direct loads and stores need no other. It must be given to ``free()``;
/// dropped, it stays mapped until the process ends.
public struct SharedWindow<Element: Datatype>: ~Copyable {
  private let c: CMPI_Win
  private let parts: [UnsafeMutableBufferPointer<Element>]

  /// Allocates a part of `count` elements for this rank, and maps those of the others.
  ///
  /// Parts begin on a cache line (64 bytes) and hold zeros. Each is first touched by its owner, so
  /// that it lies in memory near to it.
  ///
  /// Collective. `MPI_Win_allocate_shared` with the hint `alloc_shared_noncontig`, and
  /// `MPI_Win_shared_query`; MPI 3.1, 11.2.3.
  ///
  /// - Parameters:
  ///   - count: this rank's number of elements, which may be zero and differ between ranks.
  ///   - communicator: ranks that share memory, as ``Communicator/splitShared(key:)`` gives them.
  /// - Throws: ``MPIError``, of class `shared` if the ranks do not share memory. Parts lie in
  ///   files (/dev/shm): there must be room for them.
  public init(count: Int, on communicator: borrowing Communicator) throws(MPIError) {
    precondition(count >= 0, "a part has a negative count")
    let window = try Self.allocate(count, communicator)
    // What fails from here on leaves the window to the library: freeing it would be collective.
    try check("MPI_Win_set_errhandler", CMPI_win_return_errors(window))
    let parts = try Self.parts(of: window, count, communicator)
    try check("MPI_Win_lock_all", MPI_Win_lock_all(MPI_MODE_NOCHECK, window.handle))
    UnsafeMutableRawBufferPointer(parts[communicator.rank])
      .initializeMemory(as: UInt8.self, repeating: 0)
    try Self.synchronise(window, communicator)
    c = window
    self.parts = parts
  }

  /// Makes all ranks' stores to the window before this call visible to all of them after it.
  ///
  /// Collective. `MPI_Win_sync`, `MPI_Barrier`, `MPI_Win_sync`; MPI 3.1, 11.5.4 and 5.3.
  ///
  /// - Parameter communicator: the ranks that made the window.
  /// - Throws: ``MPIError`` if a call fails.
  public mutating func synchronise(_ communicator: borrowing Communicator) throws(MPIError) {
    precondition(communicator.size == parts.count, "the window was made by other ranks")
    try Self.synchronise(c, communicator)
  }

  private static func synchronise(
    _ window: CMPI_Win, _ communicator: borrowing Communicator
  ) throws(MPIError) {
    try check("MPI_Win_sync", MPI_Win_sync(window.handle))
    try communicator.barrier()
    try check("MPI_Win_sync", MPI_Win_sync(window.handle))
  }

  /// Orders this rank's loads and stores of the window before this call against those after it.
  ///
  /// A rank that calls this and then sends a message, and one that receives it and then calls this,
  /// are with one another as after ``synchronise(_:)``: no barrier, and no rank waits for a third.
  ///
  /// `MPI_Win_sync`; MPI 3.1, 11.5.4 and 11.7.
  ///
  /// - Throws: ``MPIError`` if the call fails.
  public mutating func sync() throws(MPIError) {
    try check("MPI_Win_sync", MPI_Win_sync(c.handle))
  }

  /// Unmaps the window when all of its ranks have come to it.
  ///
  /// Collective. `MPI_Win_unlock_all` and `MPI_Win_free`; MPI 3.1, 11.5.3 and 11.2.5.
  public consuming func free() throws(MPIError) {
    var window = c
    try check("MPI_Win_unlock_all", MPI_Win_unlock_all(window.handle))
    try check("MPI_Win_free", MPI_Win_free(&window.handle))
  }
}

// `Lifetimes`: spans point into the window's memory, and only if told here can the compiler know
// that the window must outlive them, and that a mutable one is alone with it in this process.
extension SharedWindow {
  /// The number of elements in the part of `rank`.
  public func count(ofRank rank: Int) -> Int { parts[rank].count }

  /// The part of `rank`, to read.
  @_lifetime(borrow self)
  public func span(ofRank rank: Int) -> Span<Element> {
    _overrideLifetime(parts[rank].span, borrowing: self)
  }

  /// The part of `rank`, to read and write.
  @_lifetime(&self)
  public mutating func mutableSpan(ofRank rank: Int) -> MutableSpan<Element> {
    _overrideLifetime(parts[rank].mutableSpan, mutating: &self)
  }

  /// Calls `body` with the part of `rank`, for code that works on several parts or windows at once.
  ///
  /// Nothing is checked: the discipline of the window is the caller's. The address of a part does
  /// not change while the window lives, and is not valid after ``free()``.
  ///
  /// - Parameters:
  ///   - rank: whose part.
  ///   - body: what to do with it.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  public func withUnsafeMutableBufferPointer<Value: ~Copyable, Failure: Error>(
    ofRank rank: Int, _ body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(parts[rank])
  }
}

/// A window is one thread's unless the world's ``ThreadLevel`` says otherwise.
@available(*, unavailable)
extension SharedWindow: Sendable {}
