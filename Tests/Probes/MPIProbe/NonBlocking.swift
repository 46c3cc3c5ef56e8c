import MPI

/// Operations under way together, found complete by test or by wait, and their buffers' return.
func nonBlocking(_ world: borrowing World, _ expectations: inout Expectations) throws {
  try exchange(Float.self, world.communicator, &expectations)
  try exchange(Double.self, world.communicator, &expectations)
  try exchange(Int32.self, world.communicator, &expectations)
  try exchange(Int64.self, world.communicator, &expectations)
  try exchange(UInt8.self, world.communicator, &expectations)
  try exchange(UInt16.self, world.communicator, &expectations)
  try exchange(UInt64.self, world.communicator, &expectations)
  try together(world.communicator, &expectations)
  try alignment(&expectations)
}

/// Each rank receives from the one before it and sends to the one after it.
private func exchange<Element: Sample>(
  _: Element.Type, _ communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let (rank, size) = (communicator.rank, communicator.size)
  let previous = (rank + size - 1) % size
  // From a few bytes to more than any library sends without being asked for it.
  for count in [0, 1, 20_000] {
    let name = "\(count) \(Element.self)"
    let values: [Element] = (0..<count).map { element(rank, $0) }
    var receiving = try communicator.startReceive(
      into: MessageBuffer<Element>(repeating: 99, count: count + 1), from: nil, tag: nil)
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

/// Two reductions and a barrier under way at once, waited for in the other order.
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

  // The buffer is the program's again: write to it, and hand it over once more.
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

/// A request that is dropped leaves its memory to MPI: the message arrives as it was sent.
func dropsRequest(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let rank = world.communicator.rank
  // Too long to have been copied away when the send began.
  let count = 100_000
  _ = try world.communicator.startSend(
    MessageBuffer<Float>(repeating: 1, count: count), to: rank)
  // Had its memory been freed, some of these would be given it.
  for _ in 0..<8 {
    let other = MessageBuffer<Float>(repeating: 9, count: count)
    try expectations.expect(other.count, equals: count, "the size of another buffer")
  }
  var received = [Float](repeating: 0, count: count)
  var span = received.mutableSpan
  try world.communicator.receive(&span, from: rank)
  try expectations.expect(received, "what a dropped request sent") { _ in 1 }
}
