internal import CMPI

/// Parts begin on a cache line of the processors we know.
private let alignment = 64

extension SharedWindow {
  /// Allocates `count` elements for this rank and room to align them in.
  ///
  /// Implementations do not align parts (8 modulo 64 was seen), so that 64 bytes more are asked
  /// for.
  static func allocate(
    _ count: Int, _ communicator: borrowing Communicator
  ) throws(MPIError) -> CMPI_Win {
    let stride = MemoryLayout<Element>.stride
    var info = CMPI_Info()
    try check("MPI_Info_create", MPI_Info_create(&info.handle))
    // Parts need not lie side by side: each can have pages of its own, near to its owner.
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

  /// Where each rank's part is in this process.
  static func parts(
    of window: CMPI_Win, _ count: Int, _ communicator: borrowing Communicator
  ) throws(MPIError) -> [UnsafeMutableBufferPointer<Element>] {
    let own = try base(of: window, rank: communicator.rank)
    let padding = -Int(bitPattern: own) & (alignment - 1)
    // Owners tell how far they went to align: another process may map the part elsewhere.
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

  /// Where this process sees the memory that `rank` allocated.
  private static func base(
    of window: CMPI_Win, rank: Int
  ) throws(MPIError) -> UnsafeMutableRawPointer {
    var size: MPI_Aint = 0
    var unit: CInt = 0
    var base: UnsafeMutableRawPointer?
    let cRank = try narrow(rank, .rank, "MPI_Win_shared_query")
    try check(
      "MPI_Win_shared_query",
      MPI_Win_shared_query(window.handle, cRank, &size, &unit, &base))
    return base!
  }
}
