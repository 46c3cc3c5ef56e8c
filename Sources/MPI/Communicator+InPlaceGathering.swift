internal import CMPI

extension Communicator {
  /// Brings each rank's pieces of a memory to the same places of all other ranks' memories.
  ///
  /// An all-gather whose parts lie scattered, without copying them together: each piece is a message,
  /// and all messages are under way at once. Every rank sends its pieces to every other, which on a
  /// network that joins all pairs alike is as few bytes on each link as any way needs.
  ///
  /// Collective. `MPI_Irecv`, `MPI_Isend`, `MPI_Waitall`; MPI 3.1, 3.7.
  ///
  /// - Parameters:
  ///   - values: (n), laid out alike on all ranks.
  ///   - pieces: (size), the ranges of `values` that each rank has, the same lists on all ranks. No
  ///     two may overlap. Empty ones are not sent.
  /// - Throws: ``MPIError``, of class `count` for ranges of 2³¹ elements or more, before anything is
  ///   sent. After one of another class messages may be under way: the memory must live, and the
  ///   job is best ended.
  public func allGather<Element: Datatype>(
    _ values: inout MutableSpan<Element>, pieces: [[Range<Int>]]
  ) throws(MPIError) {
    precondition(pieces.count == size, "there must be a list of pieces for each rank")
    for range in pieces.joined() {
      precondition(
        range.lowerBound >= 0 && range.upperBound <= values.count, "a piece lies outside")
      _ = try narrow(range.count, .count, "MPI_Isend")
    }
    let (own, all) = (pieces[rank].count, pieces.reduce(0) { $0 + $1.count })
    let requestCount = all - own + own * (size - 1)
    let (operation, code) = values.withUnsafeMutableBufferPointer { values in
      withUnsafeTemporaryAllocation(of: CMPI_Request.self, capacity: requestCount) { requests in
        requests.initialize(repeating: CMPI_Request())
        var messages = Messages(values: values, requests: requests, communicator: c)
        return messages.exchange(pieces, rank: rank)
      }
    }
    try check(operation, code)
  }
}

/// Messages that are started one by one and waited for together.
private struct Messages<Element: Datatype> {
  let values: UnsafeMutableBufferPointer<Element>
  let requests: UnsafeMutableBufferPointer<CMPI_Request>
  let communicator: CMPI_Comm
  var count = 0

  /// Receives the pieces of all ranks but `rank`, and sends them its own.
  ///
  /// - Returns: the call that came last, and its code.
  mutating func exchange(_ pieces: [[Range<Int>]], rank: Int) -> (StaticString, CInt) {
    let size = pieces.count
    // Receives come first: what arrives before it is expected is copied. All have one tag, since
    // messages between two ranks do not overtake one another (MPI 3.1, 3.5).
    for distance in 1..<max(size, 1) {
      let source = (rank + size - distance) % size
      for range in pieces[source] where !range.isEmpty {
        let code = receive(range, from: source)
        guard code == MPI_SUCCESS else { return ("MPI_Irecv", code) }
      }
    }
    for distance in 1..<max(size, 1) {
      let destination = (rank + distance) % size
      for range in pieces[rank] where !range.isEmpty {
        let code = send(range, to: destination)
        guard code == MPI_SUCCESS else { return ("MPI_Isend", code) }
      }
    }
    return ("MPI_Waitall", CMPI_wait_all(CInt(count), requests.baseAddress))
  }

  private mutating func receive(_ range: Range<Int>, from source: Int) -> CInt {
    defer { count += 1 }
    return MPI_Irecv(
      values.baseAddress! + range.lowerBound, CInt(range.count), Element.c.handle, CInt(source), 0,
      communicator.handle, &requests[count].handle)
  }

  private mutating func send(_ range: Range<Int>, to destination: Int) -> CInt {
    defer { count += 1 }
    return MPI_Isend(
      values.baseAddress! + range.lowerBound, CInt(range.count), Element.c.handle,
      CInt(destination), 0, communicator.handle, &requests[count].handle)
  }
}
