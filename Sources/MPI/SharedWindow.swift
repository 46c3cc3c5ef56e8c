internal import CMPI

/// Memory that the ranks of one machine share. Each rank owns a part, and all ranks can read and
/// write every part.
///
/// What one rank stores, the others can load: nothing is copied and no message is sent. The program
/// must keep one rule: between two calls of ``barrier(on:)``, an element is either written by one
/// rank and neither read nor written by any other, or it is only read. If only two ranks use an
/// element, ``memoryBarrier()`` and a message between them can replace the barrier. Both methods are
/// mutating, so the compiler rejects a span of the window that is used before and after the call.
///
///     var window = try SharedWindow<Float>(count: 1, on: node)
///     var own = window.mutableSpan(ofRank: node.rank)
///     own[0] = 1
///     try window.barrier(on: node)
///     let first = window.span(ofRank: 0)[0]
///     try window.free()
///
/// The ranks may load and store throughout the life of the window, which is one passive target
/// access epoch (`MPI_Win_lock_all` with `MPI_MODE_NOCHECK`). Call ``free()`` at its end; otherwise
/// the window's memory stays allocated until the process ends.
public struct SharedWindow<Element: Datatype>: ~Copyable {
  private let c: CMPI_Win
  private let parts: [UnsafeMutableBufferPointer<Element>]

  /// Allocates a part of `count` elements for this rank, and maps the parts of the other ranks.
  ///
  /// All bytes are zero. Each part starts at the start of a cache line (64 bytes). A part's owner
  /// is the first rank to write to it, so that the system places the part in memory near the
  /// owner's core.
  ///
  /// Collective. `MPI_Win_allocate_shared` with the hint `alloc_shared_noncontig`, and
  /// `MPI_Win_shared_query`; MPI 3.1, 11.2.3.
  ///
  /// - Parameters:
  ///   - count: the number of elements in this rank's part, which may be zero and may differ between
  ///     ranks.
  ///   - communicator: the ranks that share the window. All must be on one machine, as those of
  ///     ``Communicator/splitShared(key:)`` are.
  /// - Throws: ``MPIError`` if a call fails, of class `shared` if the ranks do not share memory.
  ///   The shared memory lies in files, usually in /dev/shm, and their file system must have room
  ///   for it.
  public init(count: Int, on communicator: borrowing Communicator) throws(MPIError) {
    precondition(count >= 0, "a part has a negative count")
    let window = try Self.allocate(count, on: communicator)
    // If a call below fails, the window stays allocated: freeing it is collective, and other ranks
    // may not have failed.
    try check("MPI_Win_set_errhandler", CMPI_win_return_errors(window))
    let parts = try Self.parts(of: window, count: count, on: communicator)
    try check("MPI_Win_lock_all", MPI_Win_lock_all(CMPI_MODE_NOCHECK, window.handle))
    UnsafeMutableRawBufferPointer(parts[communicator.rank])
      .initializeMemory(as: UInt8.self, repeating: 0)
    try Self.barrier(window, communicator)
    c = window
    self.parts = parts
  }

  /// Waits until all ranks have called this method. Each rank then sees what all ranks stored
  /// before.
  ///
  /// Collective. `MPI_Win_sync`, `MPI_Barrier`, `MPI_Win_sync`; MPI 3.1, 11.5.4 and 5.3.
  ///
  /// - Parameter communicator: the communicator with which the window was made.
  /// - Throws: ``MPIError`` if a call fails.
  public mutating func barrier(on communicator: borrowing Communicator) throws(MPIError) {
    precondition(communicator.size == parts.count, "the window was made by other ranks")
    try Self.barrier(c, communicator)
  }

  private static func barrier(
    _ window: CMPI_Win, _ communicator: borrowing Communicator
  ) throws(MPIError) {
    try check("MPI_Win_sync", MPI_Win_sync(window.handle))
    try communicator.barrier()
    try check("MPI_Win_sync", MPI_Win_sync(window.handle))
  }

  /// Orders this rank's loads and stores: all before the call are complete before any after the
  /// call begins.
  ///
  /// The call does not wait for other ranks (as `MPI_Win_fence` would). Two ranks use it together
  /// with a message: one rank stores, calls `memoryBarrier()` and sends; the other receives, calls
  /// `memoryBarrier()` and then sees what the first rank has stored.
  ///
  /// `MPI_Win_sync`; MPI 3.1, 11.5.4 and 11.7.
  ///
  /// - Throws: ``MPIError`` if the call fails.
  public mutating func memoryBarrier() throws(MPIError) {
    try check("MPI_Win_sync", MPI_Win_sync(c.handle))
  }

  /// Frees the window.
  ///
  /// Collective over the ranks that made the window: returns after all of them have called it.
  ///
  /// `MPI_Win_unlock_all` and `MPI_Win_free`; MPI 3.1, 11.5.3 and 11.2.5.
  ///
  /// - Throws: ``MPIError`` if a call fails.
  public consuming func free() throws(MPIError) {
    var window = c
    try check("MPI_Win_unlock_all", MPI_Win_unlock_all(window.handle))
    try check("MPI_Win_free", MPI_Win_free(&window.handle))
  }
}

// `Lifetimes`: spans point into the window's memory. The compiler only knows from these attributes
// that the window must outlive its spans, and that it cannot be used while a mutable span exists.
extension SharedWindow {
  /// The number of elements in the part of `rank`.
  public func count(ofRank rank: Int) -> Int { parts[rank].count }

  /// The elements in the part of `rank`, for reading.
  @_lifetime(borrow self)
  public func span(ofRank rank: Int) -> Span<Element> {
    _overrideLifetime(parts[rank].span, borrowing: self)
  }

  /// The elements in the part of `rank`, for reading and writing.
  @_lifetime(&self)
  public mutating func mutableSpan(ofRank rank: Int) -> MutableSpan<Element> {
    _overrideLifetime(parts[rank].mutableSpan, mutating: &self)
  }

  /// Calls `body` with the part of `rank`, for code that uses several parts or windows at once.
  ///
  /// The compiler does not check code that uses the pointer; the rule of ``SharedWindow`` applies
  /// to that code, too. The address of a part does not change while the window lives, and is not
  /// valid after ``free()``.
  ///
  /// - Parameters:
  ///   - rank: the owner of the part.
  ///   - body: is called once.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  public func withUnsafeMutableBufferPointer<Value: ~Copyable, Failure: Error>(
    ofRank rank: Int, _ body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(parts[rank])
  }
}

/// Which threads may use a window depends on the world's ``ThreadLevel``, which the compiler cannot
/// check.
@available(*, unavailable)
extension SharedWindow: Sendable {}

/// The alignment of parts in bytes: the size of a cache line of x86 and most ARM processors.
private let alignment = 64

extension SharedWindow {
  /// Allocates memory for `count` elements of this rank, and 64 bytes more.
  ///
  /// Implementations do not align parts: addresses of 8 modulo 64 were seen. With 64 bytes more,
  /// there is an aligned address near the start.
  static func allocate(
    _ count: Int, on communicator: borrowing Communicator
  ) throws(MPIError) -> CMPI_Win {
    let stride = MemoryLayout<Element>.stride
    var info = CMPI_Info()
    try check("MPI_Info_create", MPI_Info_create(&info.handle))
    // With this hint the library may give each part pages of its own, in memory near its owner.
    try check("MPI_Info_set", MPI_Info_set(info.handle, "alloc_shared_noncontig", "true"))
    var window = CMPI_Win()
    var base: UnsafeMutableRawPointer?
    try check(
      "MPI_Win_allocate_shared",
      MPI_Win_allocate_shared(
        count * stride + alignment, CInt(stride), info.handle, communicator.c.handle, &base,
        &window.handle))
    try check("MPI_Info_free", MPI_Info_free(&info.handle))
    return window
  }

  /// The part of each rank, at its address in this process. Collective.
  static func parts(
    of window: CMPI_Win, count: Int, on communicator: borrowing Communicator
  ) throws(MPIError) -> [UnsafeMutableBufferPointer<Element>] {
    let own = try base(of: window, rank: communicator.rank)
    let padding = -Int(bitPattern: own) & (alignment - 1)
    // Each process may see a part at another address, so only the part's owner can say how many
    // bytes lie before the aligned start.
    let mine = [Int64(count), Int64(padding)]
    var all = [Int64](repeating: 0, count: 2 * communicator.size)
    var span = all.mutableSpan
    try communicator.allGather(mine.span, into: &span)
    var parts: [UnsafeMutableBufferPointer<Element>] = []
    for rank in 0..<communicator.size {
      let count = Int(all[2 * rank])
      let start = try base(of: window, rank: rank) + Int(all[2 * rank + 1])
      parts.append(
        UnsafeMutableBufferPointer(
          start: start.bindMemory(to: Element.self, capacity: count), count: count))
    }
    return parts
  }

  /// The address in this process of the memory that `rank` allocated.
  private static func base(
    of window: CMPI_Win, rank: Int
  ) throws(MPIError) -> UnsafeMutableRawPointer {
    var size: MPI_Aint = 0
    var unit: CInt = 0
    var base: UnsafeMutableRawPointer?
    let cRank = try narrow(rank, .rank, for: "MPI_Win_shared_query")
    try check(
      "MPI_Win_shared_query",
      MPI_Win_shared_query(window.handle, cRank, &size, &unit, &base))
    return base!
  }
}
