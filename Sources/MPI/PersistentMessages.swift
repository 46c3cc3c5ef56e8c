internal import CMPI

/// Messages that are prepared once and then sent many times from and to the same memory (persistent
/// requests; MPI 3.1, 3.9).
///
/// Messages form groups, numbered from zero. ``start(_:)`` starts all messages of a group, and
/// ``wait(_:)`` waits for the end of all of them. Several groups may be active at the same time.
///
///     var messages = comm.persistentMessages()
///     let group = messages.addGroup()
///     try messages.addReceive(into: &received, from: previous)
///     try messages.addSend(values, to: next)
///     for _ in 0..<steps {
///       try messages.start(group)
///       try messages.wait(group)
///     }
///     try messages.free()
///
/// Sender and receiver must add their groups in the same order, and in each group the messages
/// between these two ranks in the same order: the first send matches the first receive.
///
/// The caller owns the memory, which must stay at its address until ``free()``. While a group is
/// active, the elements that the group sends must not be changed, and the elements that it receives
/// must be neither read nor changed.
///
/// Only the methods that add groups and messages allocate memory.
public struct PersistentMessages: ~Copyable {
  let communicator: CMPI_Comm
  /// The tag of the messages of the first group.
  let firstTag: Int
  /// The requests of all groups, one after the other.
  var requests: [CMPI_Request] = []
  var groups: [Group] = []

  /// This process's number in the communicator, from zero.
  public let rank: Int
  /// The number of ranks in the communicator.
  public let size: Int

  /// For each request the number of bytes that it must receive; nil for a request that sends.
  var expectedBytes: [Int?] = []

  /// For each request the rank from which it receives; nil for a request that sends.
  var sources: [Int?] = []

  struct Group {
    /// The indices of the group's requests.
    var requests: Range<Int>
    var sentBytes = 0
    /// The index of the first request that may be active: the group's requests before it have
    /// ended. Equal to `requests.upperBound` if all have ended.
    var next = 0
  }

  fileprivate init(_ communicator: borrowing Communicator, firstTag: Int) {
    self.communicator = communicator.c
    (rank, size, self.firstTag) = (communicator.rank, communicator.size, firstTag)
  }

  /// The number of groups.
  public var count: Int { groups.count }

  /// The number of bytes that this rank sends each time `group` is started.
  public func sentBytes(_ group: Int) -> Int { groups[group].sentBytes }

  /// Adds an empty group. Messages that are added later belong to this group, until the next group
  /// is added.
  ///
  /// - Returns: the group's number, from zero: the count of groups before it.
  public mutating func addGroup() -> Int {
    groups.append(Group(requests: requests.count..<requests.count, next: requests.count))
    return groups.count - 1
  }

  /// Starts the messages of `group`, which must not be active.
  ///
  /// `MPI_Startall`; MPI 3.1, 3.9.
  ///
  /// - Throws: ``MPIError`` if the call fails. Some messages may have started, so the job should be
  ///   ended.
  public mutating func start(_ group: Int) throws(MPIError) {
    let range = groups[group].requests
    groups[group].next = range.lowerBound
    // An empty array has no address, which some libraries report as an invalid request.
    guard !range.isEmpty else { return }
    let code = requests.withUnsafeMutableBufferPointer {
      // There is no memory for so many messages that this conversion traps.
      CMPI_start_all(CInt(range.count), $0.baseAddress! + range.lowerBound)
    }
    try check("MPI_Startall", code)
  }

  /// Whether all messages of `group` have ended; also true before the group's first start.
  ///
  /// The call lets MPI make progress with all messages, also those of other groups.
  ///
  /// `MPI_Test` of one message after the other; MPI 3.1, 3.7.3. (`MPI_Testall` of Open MPI 4.1.4
  /// does not report the failure of a message.)
  ///
  /// - Throws: ``MPIError`` if a message failed; of class `truncate` if a received message was longer
  ///   or shorter than the receive. Other messages may still be active, so the job should be ended.
  public mutating func test(_ group: Int) throws(MPIError) -> Bool {
    while groups[group].next < groups[group].requests.upperBound {
      let number = groups[group].next
      var (status, hasEnded) = (MPI_Status(), CInt(0))
      let code = MPI_Test(&requests[number].handle, &hasEnded, &status)
      // A message that failed has ended, too.
      groups[group].next += code != CMPI_SUCCESS || hasEnded != 0 ? 1 : 0
      try check("MPI_Test", code)
      guard hasEnded != 0 else { return false }
      try checkLength(number, &status)
    }
    return true
  }

  /// The ranks from which messages of `group` have not come yet, each once; none before the group's first
  /// start.
  ///
  /// The call ends no message: ``test(_:)`` or ``wait(_:)`` still has to. `MPI_Request_get_status`; MPI 3.1,
  /// 3.7.6.
  ///
  /// - Throws: ``MPIError`` if a call fails.
  public func pendingSources(_ group: Int) throws(MPIError) -> [Int] {
    var pending: [Int] = []
    for number in groups[group].next..<groups[group].requests.upperBound {
      guard let source = sources[number], !pending.contains(source) else { continue }
      var (status, hasEnded) = (MPI_Status(), CInt(0))
      try check(
        "MPI_Request_get_status",
        MPI_Request_get_status(requests[number].handle, &hasEnded, &status))
      if hasEnded == 0 { pending.append(source) }
    }
    return pending
  }

  /// Waits until all messages of `group` have ended; returns at once before the group's first
  /// start.
  ///
  /// `MPI_Wait`; MPI 3.1, 3.7.3.
  ///
  /// - Throws: ``MPIError``, as ``test(_:)`` does. Another call then waits for the messages that are
  ///   left.
  public mutating func wait(_ group: Int) throws(MPIError) {
    while groups[group].next < groups[group].requests.upperBound {
      let number = groups[group].next
      var status = MPI_Status()
      groups[group].next += 1
      try check("MPI_Wait", MPI_Wait(&requests[number].handle, &status))
      try checkLength(number, &status)
    }
  }

  /// Throws if the message received by the request with index `number` is shorter than it should
  /// be, which MPI does not take for an error.
  private func checkLength(_ number: Int, _ status: inout MPI_Status) throws(MPIError) {
    guard let expected = expectedBytes[number] else { return }
    let bytes = try byteCount(&status)
    guard bytes == expected else {
      throw MPIError(
        "MPI_Recv_init", .truncate,
        message:
          "a message of \(bytes) bytes from rank \(status.MPI_SOURCE) came where \(expected) bytes "
          + "were expected")
    }
  }

  /// Frees the requests. No group may be active.
  ///
  /// `MPI_Request_free`; MPI 3.1, 3.7.3.
  ///
  /// - Throws: ``MPIError`` if a call fails.
  public consuming func free() throws(MPIError) {
    // Some libraries have already freed the requests that failed.
    for var request in requests where CMPI_request_is_null(request) == 0 {
      try check("MPI_Request_free", MPI_Request_free(&request.handle))
    }
  }
}

extension Communicator {
  /// An empty list of persistent messages between ranks of this communicator. The messages must be
  /// freed before the communicator.
  ///
  /// - Parameter firstTag: the tag of the messages of the first group; each further group has the next
  ///   tag. No other message in this communicator may have one of these tags.
  /// - Returns: the list, to which groups and messages can be added.
  public func persistentMessages(firstTag: Int = 0) -> PersistentMessages {
    PersistentMessages(self, firstTag: firstTag)
  }
}

/// Which threads may use the messages depends on the world's ``ThreadLevel``, which the compiler
/// cannot check.
@available(*, unavailable)
extension PersistentMessages: Sendable {}
