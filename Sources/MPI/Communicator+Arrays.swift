// The calls that a program begins with, for arrays as a whole. Those for spans, which also take a
// part of an array or memory that is none, trust the ranks of a collective to have equally many
// elements, as the standard does: where they have not, libraries hang, or leave an array as it was
// without a word. These make sure, for one collective or two more, of a few bytes.
extension Communicator {
  /// Sends an array to one rank, and returns when it may be overwritten.
  ///
  /// `MPI_Send`; MPI 3.1, 3.2.1. See ``send(_:to:tag:)-(Span<Element>,_,_)``.
  public func send<Element: Datatype>(
    _ values: [Element], to destination: Int, tag: Int = 0
  ) throws(MPIError) {
    try send(values.span, to: destination, tag: tag)
  }

  /// Waits for a message and puts it at the start of an array, which does not change its count.
  ///
  /// `MPI_Mprobe` and `MPI_Mrecv`; MPI 3.1, 3.8.2 and 3.8.3. See
  /// ``receive(_:from:tag:)-(MutableSpan<Element>,_,_)``.
  ///
  /// - Throws: ``MPIError`` of class `truncate` if the message is longer than the array.
  @discardableResult
  public func receive<Element: Datatype>(
    _ values: inout [Element], from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> Status {
    var span = values.mutableSpan
    return try receive(&span, from: source, tag: tag)
  }

  /// Sends to one rank and receives from another, without a cycle of such ranks locking up.
  ///
  /// As `MPI_Sendrecv`; MPI 3.1, 3.10. See
  /// ``sendReceive(_:to:tag:into:from:tag:)-(Span<Element>,_,_,_,_,_)``.
  @discardableResult
  public func sendReceive<Element: Datatype>(
    _ values: [Element], to destination: Int, tag: Int = 0,
    into received: inout [Element], from source: Int?, tag receivedTag: Int? = 0
  ) throws(MPIError) -> Status {
    var span = received.mutableSpan
    return try sendReceive(
      values.span, to: destination, tag: tag, into: &span, from: source, tag: receivedTag)
  }

  /// Copies the array of `root` to all ranks, whatever theirs was.
  ///
  /// Collective. `MPI_Bcast`, first of the count; MPI 3.1, 5.4. See
  /// ``broadcast(_:from:)-(MutableSpan<Element>,_)``.
  public func broadcast<Element: Datatype>(
    _ values: inout [Element], from root: Int
  ) throws(MPIError) {
    let count = try broadcast(values.count, from: root)
    if count != values.count {
      values = Array(unsafeUninitializedCapacity: count) { memory, initialised in
        UnsafeMutableRawBufferPointer(memory).initializeMemory(as: UInt8.self, repeating: 0)
        initialised = count
      }
    }
    var span = values.mutableSpan
    try broadcast(&span, from: root)
  }

  /// Combines the arrays of all ranks, element by element, in place on all of them.
  ///
  /// Collective. `MPI_Allreduce` with `MPI_IN_PLACE`, first of the counts; MPI 3.1, 5.9.6. See
  /// ``allReduce(_:_:)-(MutableSpan<Element>,_)``.
  ///
  /// - Throws: ``MPIError``, on all ranks of class `count` if their arrays are not of one count.
  public func allReduce<Element: Datatype>(
    _ values: inout [Element], _ operation: Operation<Element>
  ) throws(MPIError) {
    let most = try allReduce(values.count, .max)
    let least = try allReduce(values.count, .min)
    guard least == most else {
      throw MPIError(
        "MPI_Allreduce", .count,
        "some ranks have \(least) elements and others \(most): give equally many on all ranks")
    }
    var span = values.mutableSpan
    try allReduce(&span, operation)
  }
}
