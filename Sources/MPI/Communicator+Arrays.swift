// The calls that a program needs first, for whole arrays. The same calls for spans can also be given
// a part of an array, or memory that is not an array.
//
// In a collective all ranks must give the same number of elements. The calls for spans do not check
// that: if the numbers differ, a library may hang, or leave the elements unchanged without an
// error. The collectives for arrays first adopt or compare the ranks' counts, by one or two more
// collectives of eight bytes each.
extension Communicator {
  /// Sends an array to one rank.
  ///
  /// `MPI_Send`; MPI 3.1, 3.2.1. See ``send(_:to:tag:)-(Span<Element>,_,_)``.
  ///
  /// - Parameters:
  ///   - values: (n).
  ///   - destination: the rank that receives.
  ///   - tag: a number by which the receiver can select this message, zero or more.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public func send<Element: Datatype>(
    _ values: [Element], to destination: Int, tag: Int = 0
  ) throws(MPIError) {
    try send(values.span, to: destination, tag: tag)
  }

  /// Waits for a message and writes it to the start of an array, whose count does not change.
  ///
  /// `MPI_Mprobe` and `MPI_Mrecv`; MPI 3.1, 3.8.2 and 3.8.3. See
  /// ``receive(_:from:tag:)-(MutableSpan<Element>,_,_)``.
  ///
  /// - Parameters:
  ///   - values: (n), n at least the message's count. Elements after the message stay unchanged.
  ///   - source: the rank that sends; nil for any (`MPI_ANY_SOURCE`).
  ///   - tag: the tag of the message; nil for any (`MPI_ANY_TAG`).
  /// - Returns: the message's source, tag and number of elements.
  /// - Throws: ``MPIError`` if a call fails; of class `truncate` if the message is longer than the
  ///   array.
  @discardableResult
  public func receive<Element: Datatype>(
    _ values: inout [Element], from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> Status {
    var span = values.mutableSpan
    return try receive(&span, from: source, tag: tag)
  }

  /// Sends an array to one rank and, at the same time, receives a message from another.
  ///
  /// As `MPI_Sendrecv`; MPI 3.1, 3.10. See
  /// ``sendReceive(_:to:tag:into:from:tag:)-(Span<Element>,_,_,_,_,_)``.
  ///
  /// - Parameters:
  ///   - values: (n), what is sent.
  ///   - destination: the rank that receives `values`.
  ///   - tag: the tag that `values` are sent with, zero or more.
  ///   - received: (m), m at least the incoming message's count. The array's count does not change.
  ///   - source: the rank that sends the incoming message; nil for any.
  ///   - receivedTag: the tag of the incoming message; nil for any.
  /// - Returns: the incoming message's source, tag and number of elements.
  /// - Throws: ``MPIError`` if a call fails; of class `truncate` if the incoming message is longer
  ///   than `received`.
  @discardableResult
  public func sendReceive<Element: Datatype>(
    _ values: [Element], to destination: Int, tag: Int = 0,
    into received: inout [Element], from source: Int?, tag receivedTag: Int? = 0
  ) throws(MPIError) -> Status {
    var span = received.mutableSpan
    return try sendReceive(
      values.span, to: destination, tag: tag, into: &span, from: source, tag: receivedTag)
  }

  /// Copies the array of `root` to all ranks.
  ///
  /// Collective. `MPI_Bcast` of the count, then of the elements; MPI 3.1, 5.4. See
  /// ``broadcast(_:from:)-(MutableSpan<Element>,_)``.
  ///
  /// - Parameters:
  ///   - values: read on `root`; on the other ranks replaced, whatever its count was.
  ///   - root: the rank whose array is copied.
  /// - Throws: ``MPIError`` if a call fails, of class `count` for 2³¹ elements or more.
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

  /// Combines the arrays of all ranks, element by element, and gives all ranks the result.
  ///
  /// Collective. `MPI_Allreduce` of the counts, then of the elements with `MPI_IN_PLACE`; MPI 3.1,
  /// 5.9.6. See ``allReduce(_:_:)-(MutableSpan<Element>,_)``.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks; replaced by the result.
  ///   - operation: how two elements are combined.
  /// - Throws: ``MPIError`` if a call fails; of class `count`, on all ranks, if their arrays have
  ///   different counts.
  public func allReduce<Element: Datatype>(
    _ values: inout [Element], _ operation: Operation<Element>
  ) throws(MPIError) {
    let most = try allReduce(values.count, .max)
    let least = try allReduce(values.count, .min)
    guard least == most else {
      throw MPIError(
        "MPI_Allreduce", .count,
        message:
          "some ranks have \(least) elements and others \(most): give the same number on all ranks")
    }
    var span = values.mutableSpan
    try allReduce(&span, operation)
  }
}
