internal import CMPI

/// The alignment of parts in bytes: the size of a cache line of x86 and most ARM processors.
private let alignment = 64

extension SharedWindow {
  /// Allocates memory for `count` elements of this rank, and 64 bytes more.
  ///
  /// Implementations do not align parts: addresses of 8 modulo 64 were seen. With 64 bytes more,
  /// there is an aligned address near the start.
  static func allocate(
    _ count: Int, _ communicator: borrowing Communicator
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
    of window: CMPI_Win, _ count: Int, _ communicator: borrowing Communicator
  ) throws(MPIError) -> [UnsafeMutableBufferPointer<Element>] {
    let own = try base(of: window, rank: communicator.rank)
    let padding = -Int(bitPattern: own) & (alignment - 1)
    // Each process may see a part at another address, so only its owner can say how many bytes lie
    // before the aligned start.
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
