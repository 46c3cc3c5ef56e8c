internal import CMPI

extension PersistentMessages {
  /// Adds to the last group a message that sends the elements that `values` have when the group is
  /// started.
  ///
  /// `MPI_Send_init`; MPI 3.1, 3.9.
  ///
  /// - Parameters:
  ///   - values: (n), whose memory must stay at its address until ``free()``. If n is zero, no
  ///     message is added.
  ///   - destination: the rank that receives.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public mutating func addSend<Element: Datatype>(
    _ values: Span<Element>, to destination: Int
  ) throws(MPIError) {
    try values.withUnsafeBufferPointer { values throws(MPIError) in
      try addSend(UnsafeMutableBufferPointer(mutating: values), to: destination)
    }
  }

  /// Adds the receive of a message to the last group. The message must be as long as `values`.
  ///
  /// `MPI_Recv_init`; MPI 3.1, 3.9.
  ///
  /// - Parameters:
  ///   - values: (n), whose memory must stay at its address until ``free()``. If n is zero, nothing
  ///     is added.
  ///   - source: the rank that sends.
  /// - Throws: ``MPIError`` if the call fails, of class `count` for 2³¹ elements or more.
  public mutating func addReceive<Element: Datatype>(
    into values: inout MutableSpan<Element>, from source: Int
  ) throws(MPIError) {
    try values.withUnsafeMutableBufferPointer { values throws(MPIError) in
      try addReceive(values, from: source)
    }
  }
}

extension PersistentMessages {
  /// Adds to the last group a message that sends `values`, unless `values` are empty.
  mutating func addSend<Element: Datatype>(
    _ values: UnsafeMutableBufferPointer<Element>, to destination: Int
  ) throws(MPIError) {
    guard !values.isEmpty else { return }
    let count = try narrow(values.count, .count, for: "MPI_Send_init")
    let cDestination = try narrow(destination, .rank, for: "MPI_Send_init")
    var request = CMPI_Request()
    let code = MPI_Send_init(
      values.baseAddress, count, Element.c.handle, cDestination, try tag("MPI_Send_init"),
      communicator.handle, &request.handle)
    try check("MPI_Send_init", code)
    append(request, expecting: nil, from: nil)
    groups[groups.count - 1].sentBytes += values.count * MemoryLayout<Element>.stride
  }

  /// Adds the receive of a message to the last group, unless `values` are empty.
  mutating func addReceive<Element: Datatype>(
    _ values: UnsafeMutableBufferPointer<Element>, from source: Int
  ) throws(MPIError) {
    guard !values.isEmpty else { return }
    let count = try narrow(values.count, .count, for: "MPI_Recv_init")
    let cSource = try narrow(source, .rank, for: "MPI_Recv_init")
    var request = CMPI_Request()
    let code = MPI_Recv_init(
      values.baseAddress, count, Element.c.handle, cSource, try tag("MPI_Recv_init"),
      communicator.handle, &request.handle)
    try check("MPI_Recv_init", code)
    append(request, expecting: values.count * MemoryLayout<Element>.stride, from: source)
  }

  /// The tag of the last group's messages. Each group has a tag of its own, so that ranks may start
  /// groups in different orders.
  private func tag(_ operation: StaticString) throws(MPIError) -> CInt {
    precondition(!groups.isEmpty, "a message belongs to a group")
    return try narrow(firstTag + groups.count - 1, .tag, for: operation)
  }

  /// Adds a request to the last group. The request must receive `bytes` bytes from the rank `source`; nil if
  /// it sends.
  private mutating func append(
    _ request: CMPI_Request, expecting bytes: Int?, from source: Int?
  ) {
    requests.append(request)
    sources.append(source)
    expectedBytes.append(bytes)
    let group = groups.count - 1
    groups[group].requests = groups[group].requests.lowerBound..<requests.count
    groups[group].next = requests.count  // None is active.
  }
}
