import MPI

/// Non-blocking operations, several at the same time, which end in `test` or in `wait`.
func nonBlocking(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let isAny = try canReceiveFromAny(world)
  try exchange(Float.self, isAny, on: world.communicator, &expectations)
  try exchange(Double.self, isAny, on: world.communicator, &expectations)
  try exchange(Int32.self, isAny, on: world.communicator, &expectations)
  try exchange(Int64.self, isAny, on: world.communicator, &expectations)
  try exchange(UInt8.self, isAny, on: world.communicator, &expectations)
  try exchange(UInt16.self, isAny, on: world.communicator, &expectations)
  try exchange(UInt64.self, isAny, on: world.communicator, &expectations)
  try together(world.communicator, &expectations)
  try alignment(&expectations)
}

/// Whether a receive that names no source may be tried: with MPICH 5.0.2 over UCX it does not end where the
/// message comes from another host.
private func canReceiveFromAny(_ world: borrowing World) throws -> Bool {
  let node = try world.communicator.splitShared()
  let isWhole = node.size == world.communicator.size
  try node.free()
  return try isWhole || World.libraryVersion.firstMatch(of: /MPICH Version:\s*5/) == nil
}

/// Each rank receives from the one before it, by name or, if `isAny`, from any, and sends to the one after
/// it.
private func exchange<Element: Sample>(
  _: Element.Type, _ isAny: Bool, on communicator: borrowing Communicator,
  _ expectations: inout Expectations
) throws {
  let (rank, size) = (communicator.rank, communicator.size)
  let previous = (rank + size - 1) % size
  // From no bytes to more than any library sends before the receive has started.
  for count in [0, 1, 20_000] {
    let name = "\(count) \(Element.self)"
    let values: [Element] = (0..<count).map { element(rank, $0) }
    var receiving = try communicator.startReceive(
      into: MessageBuffer<Element>(repeating: 99, count: count + 1), from: isAny ? nil : previous,
      tag: nil)
    let sending = try communicator.startSend(
      MessageBuffer(copying: values.span), to: (rank + 1) % size, tag: 30 + rank)
    while try !receiving.test() {}
    try expectations.expect(try receiving.test(), "a request stays complete, \(name)")
    var received: Status?
    let incoming = try receiving.wait(reporting: &received)
    try expectations.expect(received?.source, equals: previous, "the source, \(name)")
    try expectations.expect(received?.tag, equals: 30 + previous, "the tag, \(name)")
    try expectations.expect(received?.count, equals: count, "the count, \(name)")
    try expectations.expect(array(incoming.span), "startReceive of \(name)") {
      $0 < count ? element(previous, $0) : 99
    }
    var sent: Status? = received
    let outgoing = try sending.wait(reporting: &sent)
    try expectations.expect(sent == nil, "a send receives nothing, \(name)")
    try expectations.expect(array(outgoing.span), "what startSend sent of \(name)") {
      element(rank, $0)
    }
    try communicator.barrier()
  }
}

/// Two reductions and a barrier at the same time, waited for in another order than they started.
private func together(
  _ communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let size = communicator.size
  let sum = try communicator.startAllReduce(
    MessageBuffer(repeating: Int64(communicator.rank), count: 100_000), .sum)
  var most = try communicator.startAllReduce(
    MessageBuffer(repeating: Double(communicator.rank), count: 3), .max)
  try communicator.barrier()
  while try !most.test() {}
  let largest = try most.wait()
  try expectations.expect(array(largest.span), "the second reduction") { _ in Double(size - 1) }
  var total = try sum.wait()
  try expectations.expect(array(total.span), "the first reduction") { _ in
    Int64(size * (size - 1) / 2)
  }

  // The buffer can be written and used for another operation.
  var span = total.mutableSpan
  for index in span.indices { span[index] = 1 }
  let again = try communicator.startAllReduce(total, .sum).wait()
  try expectations.expect(array(again.span), "the third reduction") { _ in Int64(size) }
}

private func alignment(_ expectations: inout Expectations) throws {
  for count in [1, 3, 1000] {
    let buffer = MessageBuffer<UInt8>(repeating: 0, count: count)
    let address = buffer.span.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
    try expectations.expect(address % 64, equals: 0, "a buffer's address modulo 64")
  }
}

/// The memory of a request that is dropped is not freed: its message arrives unchanged.
func dropsRequest(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let rank = world.communicator.rank
  // So long that the library does not copy the elements when the send starts.
  let count = 100_000
  _ = try world.communicator.startSend(
    MessageBuffer<Float>(repeating: 1, count: count), to: rank)
  // If the memory had been freed, one of these buffers would probably get it.
  for _ in 0..<8 {
    let other = MessageBuffer<Float>(repeating: 9, count: count)
    try expectations.expect(other.count, equals: count, "the size of another buffer")
  }
  var received = [Float](repeating: 0, count: count)
  var span = received.mutableSpan
  try world.communicator.receive(&span, from: rank)
  try expectations.expect(received, "what a dropped request sent") { _ in 1 }
}
