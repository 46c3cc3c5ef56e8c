internal import CMPI

/// Messages that go again and again from and to the same places in memory, prepared once.
///
/// Messages form groups; those of a group start together and end together, and groups are under way
/// independently of one another. Sender and receiver must have the same groups in the same order,
/// in each of which messages between two ranks match in the order in which they were added.
///
/// The memory is not the messages' own: it must stay where it is until ``free()``. While a group is
/// under way its memory is MPI's: what is sent may be read, what is received not even that.
///
/// Persistent requests: MPI 3.1, 3.9. None of the calls after preparation allocates anything here.
public struct PersistentMessages: ~Copyable {
  private let communicator: CMPI_Comm
  private let firstTag: Int
  private var requests: [CMPI_Request] = []
  private var groups: [Group] = []

  /// This rank in the communicator, and how many there are.
  public let rank: Int
  /// See ``rank``.
  public let size: Int

  /// The bytes that each request is to receive; nil for one that sends.
  private var expectedBytes: [Int?] = []

  private struct Group {
    var requests: Range<Int>
    var sentBytes = 0

    /// The first request that is not known to be through.
    var next = 0
  }

  fileprivate init(_ communicator: borrowing Communicator, firstTag: Int) {
    self.communicator = communicator.c
    (rank, size, self.firstTag) = (communicator.rank, communicator.size, firstTag)
  }

  /// The number of groups.
  public var count: Int { groups.count }

  /// The bytes that this rank sends in `group`.
  public func sentBytes(_ group: Int) -> Int { groups[group].sentBytes }

  /// Begins a group, to which messages are then added.
  ///
  /// - Returns: its number, counted from zero.
  public mutating func addGroup() -> Int {
    groups.append(Group(requests: requests.count..<requests.count, next: requests.count))
    return groups.count - 1
  }

  /// Starts the messages of `group`, none of which may be under way.
  ///
  /// `MPI_Startall`; MPI 3.1, 3.9.
  ///
  /// - Throws: ``MPIError`` if the call fails; the job is then best ended.
  public mutating func start(_ group: Int) throws(MPIError) {
    let range = groups[group].requests
    groups[group].next = range.lowerBound
    // A list of none has no address, which some libraries call an invalid request.
    guard !range.isEmpty else { return }
    let code = requests.withUnsafeMutableBufferPointer {
      // A group's messages were counted when they were added.
      CMPI_start_all(CInt(range.count), $0.baseAddress! + range.lowerBound)
    }
    try check("MPI_Startall", code)
  }

  /// Looks whether `group` is through, and lets all messages make progress.
  ///
  /// `MPI_Test` of one message after the other; MPI 3.1, 3.7.3. (Of all at once, Open MPI 4.1.4
  /// does not tell when one failed.)
  ///
  /// - Returns: whether no message of the group is under way (any longer).
  /// - Throws: ``MPIError`` if a message failed, of class `truncate` also if it had another length
  ///   than was expected; the job is then best ended.
  public mutating func test(_ group: Int) throws(MPIError) -> Bool {
    while groups[group].next < groups[group].requests.upperBound {
      let number = groups[group].next
      var (status, isThrough) = (MPI_Status(), CInt(0))
      let code = MPI_Test(&requests[number].handle, &isThrough, &status)
      // One that failed is through, too.
      groups[group].next += code != MPI_SUCCESS || isThrough != 0 ? 1 : 0
      try check("MPI_Test", code)
      guard isThrough != 0 else { return false }
      try settle(number, &status)
    }
    return true
  }

  /// Waits until `group` is through.
  ///
  /// `MPI_Wait`; MPI 3.1, 3.7.3.
  ///
  /// - Throws: as ``test(_:)``.
  public mutating func wait(_ group: Int) throws(MPIError) {
    while groups[group].next < groups[group].requests.upperBound {
      let number = groups[group].next
      var status = MPI_Status()
      groups[group].next += 1
      try check("MPI_Wait", MPI_Wait(&requests[number].handle, &status))
      try settle(number, &status)
    }
  }

  /// Makes sure that what came is what was expected; less is no error to MPI.
  private func settle(_ number: Int, _ status: inout MPI_Status) throws(MPIError) {
    guard let expected = expectedBytes[number] else { return }
    let bytes = try byteCount(&status)
    guard bytes == expected else {
      throw MPIError(
        "MPI_Recv_init", .truncate,
        "a message of \(bytes) bytes from rank \(status.MPI_SOURCE) came where \(expected) bytes "
          + "were expected")
    }
  }

  /// Gives the requests back to the library; no group may be under way.
  ///
  /// `MPI_Request_free`; MPI 3.1, 3.7.3.
  public consuming func free() throws(MPIError) {
    // Some libraries take back those that failed.
    for var request in requests where CMPI_request_is_null(request) == 0 {
      try check("MPI_Request_free", MPI_Request_free(&request.handle))
    }
  }
}

extension PersistentMessages {
  /// Adds a message to the last group that sends `values` as they are when the group starts;
  /// nothing for no values.
  ///
  /// `MPI_Send_init`; MPI 3.1, 3.9.
  ///
  /// - Throws: ``MPIError``, of class `count` for 2³¹ elements or more.
  public mutating func addSend<Element: Datatype>(
    _ values: Span<Element>, to destination: Int
  ) throws(MPIError) {
    try values.withUnsafeBufferPointer { values throws(MPIError) in
      try addSend(UnsafeMutableBufferPointer(mutating: values), to: destination)
    }
  }

  /// Adds a message to the last group that receives exactly as many `values`; nothing for none.
  ///
  /// `MPI_Recv_init`; MPI 3.1, 3.9.
  ///
  /// - Throws: ``MPIError``, of class `count` for 2³¹ elements or more.
  public mutating func addReceive<Element: Datatype>(
    into values: inout MutableSpan<Element>, from source: Int
  ) throws(MPIError) {
    try values.withUnsafeMutableBufferPointer { values throws(MPIError) in
      try addReceive(values, from: source)
    }
  }
}

extension PersistentMessages {
  /// Adds a message to the last group that sends `values`.
  mutating func addSend<Element: Datatype>(
    _ values: UnsafeMutableBufferPointer<Element>, to destination: Int
  ) throws(MPIError) {
    guard !values.isEmpty else { return }
    let count = try narrow(values.count, .count, "MPI_Send_init")
    let cDestination = try narrow(destination, .rank, "MPI_Send_init")
    var request = CMPI_Request()
    let code = MPI_Send_init(
      values.baseAddress, count, Element.c.handle, cDestination, try tag("MPI_Send_init"),
      communicator.handle, &request.handle)
    try append(request, expecting: nil, "MPI_Send_init", code)
    groups[groups.count - 1].sentBytes += values.count * MemoryLayout<Element>.stride
  }

  /// Adds a message to the last group that receives `values`.
  mutating func addReceive<Element: Datatype>(
    _ values: UnsafeMutableBufferPointer<Element>, from source: Int
  ) throws(MPIError) {
    guard !values.isEmpty else { return }
    let count = try narrow(values.count, .count, "MPI_Recv_init")
    let cSource = try narrow(source, .rank, "MPI_Recv_init")
    var request = CMPI_Request()
    let code = MPI_Recv_init(
      values.baseAddress, count, Element.c.handle, cSource, try tag("MPI_Recv_init"),
      communicator.handle, &request.handle)
    try append(
      request, expecting: values.count * MemoryLayout<Element>.stride, "MPI_Recv_init", code)
  }

  /// What tells the last group's messages from those of other groups.
  private func tag(_ operation: StaticString) throws(MPIError) -> CInt {
    precondition(!groups.isEmpty, "a message belongs to a group")
    return try narrow(firstTag + groups.count - 1, .tag, operation)
  }

  private mutating func append(
    _ request: CMPI_Request, expecting bytes: Int?, _ operation: StaticString, _ code: CInt
  ) throws(MPIError) {
    try check(operation, code)
    requests.append(request)
    expectedBytes.append(bytes)
    let group = groups.count - 1
    groups[group].requests = groups[group].requests.lowerBound..<requests.count
    groups[group].next = requests.count  // None is under way.
  }
}

extension Communicator {
  /// No messages yet, between the ranks of this communicator, which must not be freed before them.
  ///
  /// - Parameter firstTag: the tag of the first group's messages, to which each further group adds
  ///   one: where there are other messages on this communicator, the tags must be none of theirs.
  /// - Returns: what groups of messages are added to.
  public func persistentMessages(firstTag: Int = 0) -> PersistentMessages {
    PersistentMessages(self, firstTag: firstTag)
  }
}

/// Messages are one thread's unless the world's ``ThreadLevel`` says otherwise.
@available(*, unavailable)
extension PersistentMessages: Sendable {}
