import MPI

/// Messages that are longer than their buffer: the receive throws, and the next message arrives.
func tooShort(_ world: borrowing World, _ expectations: inout Expectations) throws {
  // Libraries send long messages in another way than short ones.
  for count in [4, 900, 2000, 100_000] {
    try receiveTooShort(count, on: world.communicator, &expectations)
  }
  try waitTooShort(world.communicator, &expectations)
  try wrongType(world.communicator, &expectations)
  try stillWorks(world.communicator, &expectations)
}

/// The ranks after and before this one in a ring.
private func neighbours(_ communicator: borrowing Communicator) -> (next: Int, previous: Int) {
  let (rank, size) = (communicator.rank, communicator.size)
  return ((rank + 1) % size, (rank + size - 1) % size)
}

private func receiveTooShort(
  _ count: Int, on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let (next, previous) = neighbours(communicator)
  let long = [Float](repeating: 1, count: count)
  // Only the first three elements are received into. The others must stay unchanged.
  let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: count + 64)
  defer { memory.deallocate() }
  memory.initialize(repeating: 9)
  let short = UnsafeMutableBufferPointer(rebasing: memory[..<3])

  let sending = try communicator.startSend(MessageBuffer(copying: long.span), to: next, tag: 4)
  try expectations.expect(.truncate, "receive of \(count)") { () throws(MPIError) in
    var span = short.mutableSpan
    try communicator.receive(&span, from: previous, tag: 4)
  }
  _ = try sending.wait()
  try expectations.expect(.truncate, "sendReceive of \(count)") { () throws(MPIError) in
    var span = short.mutableSpan
    try communicator.sendReceive(long.span, to: next, into: &span, from: previous)
  }
  try expectations.expect(Array(memory), "the memory after a message of \(count)") { _ in 9 }

  var received = [Float](repeating: 9, count: count)
  var span = received.mutableSpan
  try communicator.sendReceive(long.span, to: next, into: &span, from: previous)
  try expectations.expect(received, "the message of \(count) after the lost one") { _ in 1 }
}

/// A non-blocking receive with a message that is too long. It is so short that no library writes
/// beyond the end of the buffer.
private func waitTooShort(
  _ communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let (next, previous) = neighbours(communicator)
  let first = try communicator.startSend(MessageBuffer<Float>(repeating: 1, count: 8), to: next)
  try expectations.expect(.truncate, "wait") { () throws(MPIError) in
    _ = try communicator.startReceive(
      into: MessageBuffer<Float>(repeating: 0, count: 3), from: previous
    ).wait()
  }
  _ = try first.wait()

  let second = try communicator.startSend(MessageBuffer<Float>(repeating: 1, count: 8), to: next)
  var request = try communicator.startReceive(
    into: MessageBuffer<Float>(repeating: 0, count: 3), from: previous)
  try expectations.expect(.truncate, "test") { () throws(MPIError) in
    while try !request.test() {}
  }
  // A closure cannot consume a request that it captures, so this is not a call of expect.
  do {
    _ = try request.wait()
    throw Difference(description: "wait did not throw what test had thrown")
  } catch let error as MPIError {
    try expectations.expect(error.errorClass, equals: .truncate, "wait after test")
  }
  _ = try second.wait()
}

/// A message of three bytes, which does not consist of whole floats.
private func wrongType(
  _ communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let (next, previous) = neighbours(communicator)
  let sending = try communicator.startSend(MessageBuffer<UInt8>(repeating: 1, count: 3), to: next)
  try expectations.expect(.datatype, "probe of 3 bytes as Float") { () throws(MPIError) in
    _ = try communicator.probe(Float.self, from: previous)
  }
  var bytes: [UInt8] = [0, 0, 0]
  var span = bytes.mutableSpan
  try communicator.receive(&span, from: previous)
  try expectations.expect(bytes, equals: [1, 1, 1], "the bytes that were probed as Float")
  _ = try sending.wait()
}
