import MPI

/// Messages between two ranks, for every type, and their statuses.
func pointToPoint(_ world: borrowing World, _ expectations: inout Expectations) throws {
  for type in samples { try messages(type, on: world.communicator, &expectations) }
}

private func messages<Element: Sample>(
  _: Element.Type, on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  try ring(Element.self, on: communicator, &expectations)
  try probed(Element.self, on: communicator, &expectations)
  // fromAnyone receives any message, so no message of the functions before and after may be there.
  try communicator.barrier()
  try fromAnyone(Element.self, on: communicator, &expectations)
  try communicator.barrier()
  try outOfOrder(Element.self, on: communicator, &expectations)
}

/// Each rank sends to the rank `distance` after it, and receives from the rank `distance` before it.
private func ring<Element: Sample>(
  _: Element.Type, on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let (rank, size) = (communicator.rank, communicator.size)
  for distance in 0..<size {
    let (next, previous) = ((rank + distance) % size, (rank + size - distance) % size)
    for count in [0, 1, 5000] {
      let values: [Element] = (0..<count + rank).map { element(rank, $0) }
      // One element more than the message has, which must stay unchanged.
      var received = [Element](repeating: 99, count: count + previous + 1)
      var span = received.mutableSpan
      let status = try communicator.sendReceive(
        values.span, to: next, tag: 10 + rank, into: &span, from: previous, tag: 10 + previous)
      let name = "sendReceive of \(count) \(Element.self) from \(previous)"
      try expectations.expect(received, name) {
        $0 < count + previous ? element(previous, $0) : 99
      }
      try expectations.expect(status.source, equals: previous, "the source in \(name)")
      try expectations.expect(status.tag, equals: 10 + previous, "the tag in \(name)")
      try expectations.expect(status.count, equals: count + previous, "the count in \(name)")
    }
  }
}

/// Rank zero sends messages whose lengths the others ask `probe` for.
private func probed<Element: Sample>(
  _: Element.Type, on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  if communicator.rank == 0 {
    for destination in 1..<max(communicator.size, 1) {
      let values: [Element] = (0..<3 + destination).map { element(destination, $0) }
      try communicator.send(values.span, to: destination, tag: 7)
    }
    return
  }
  let announced = try communicator.probe(Element.self, from: nil, tag: nil)
  try expectations.expect(announced.source, equals: 0, "the source that probe saw")
  try expectations.expect(announced.tag, equals: 7, "the tag that probe saw")
  try expectations.expect(announced.count, equals: 3 + communicator.rank, "the count probe saw")
  var values = [Element](repeating: 99, count: announced.count)
  var span = values.mutableSpan
  let status = try communicator.receive(&span, from: announced.source, tag: announced.tag)
  try expectations.expect(status == announced, "receive got the message that probe saw")
  try expectations.expect(values, "receive of \(Element.self)") { element(communicator.rank, $0) }
}

/// All ranks send to the last, which receives from any rank.
private func fromAnyone<Element: Sample>(
  _: Element.Type, on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let last = communicator.size - 1
  let own: [Element] = [element(communicator.rank, 3)]
  guard communicator.rank == last else {
    return try communicator.send(own.span, to: last, tag: 20 + communicator.rank)
  }
  var sources: Set<Int> = []
  for _ in 0..<last {
    var value = [Element](repeating: 99, count: 1)
    var span = value.mutableSpan
    let status = try communicator.receive(&span, from: nil, tag: nil)
    try expectations.expect(
      value[0], equals: element(status.source, 3), "the message of rank \(status.source)")
    try expectations.expect(
      status.tag, equals: 20 + status.source, "the tag of rank \(status.source)")
    sources.insert(status.source)
  }
  try expectations.expect(sources, equals: Set(0..<last), "the ranks that sent")
}

/// A rank sends itself two messages, and receives the second first, by its tag.
private func outOfOrder<Element: Sample>(
  _: Element.Type, on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let rank = communicator.rank
  let first = try communicator.startSend(MessageBuffer<Element>(repeating: 1, count: 1), to: rank)
  let second = try communicator.startSend(
    MessageBuffer<Element>(repeating: 2, count: 2), to: rank, tag: 1)
  var values = [Element](repeating: 99, count: 2)
  var span = values.mutableSpan
  let late = try communicator.receive(&span, from: rank, tag: 1)
  let early = try communicator.receive(&span, from: rank)
  try expectations.expect(values, equals: [1, 2], "a short message over a long one")
  try expectations.expect([late.count, early.count], equals: [2, 1], "the counts, by tag")
  let sent = try first.wait().count + second.wait().count
  try expectations.expect(sent, equals: 3, "the counts of the buffers that were sent")
}
