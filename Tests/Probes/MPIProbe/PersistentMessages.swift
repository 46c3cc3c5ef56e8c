import MPI

/// Messages that are prepared once and sent several times, with different elements each time.
func persistent(_ world: borrowing World, _ expectations: inout Expectations) throws {
  // The last count makes pieces of more than 64 KiB: no library sends so many bytes before the receive
  // has started.
  for count in [0, 1, 7, 1031, 60_001] {
    try gatherPieces(Float.self, count: count, on: world.communicator, &expectations)
    try gatherPieces(UInt16.self, count: count, on: world.communicator, &expectations)
  }
  try missing(world.communicator, &expectations)
  try groupsAtOnce(world.communicator, &expectations)
}

/// Each rank has about `count` elements in three pieces, some of which may be empty. The first pieces
/// of all ranks come first, then the second, then the third, with gaps between them.
private func gatherPieces<Element: Sample>(
  _: Element.Type, count: Int, on communicator: borrowing Communicator,
  _ expectations: inout Expectations
) throws {
  var pieces = [[Range<Int>]](repeating: [], count: communicator.size)
  var end = 0
  for turn in 0..<3 {
    for rank in pieces.indices {
      let own = unevenCount(ofRank: rank, about: count)
      let piece = own * (turn + 1) / 3 - own * turn / 3
      pieces[rank].append(end..<end + piece)
      end += piece + 2
    }
  }
  let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: end)
  defer { memory.deallocate() }
  memory.initialize(repeating: 99)
  var span = memory.mutableSpan
  var messages = communicator.persistentMessages()
  let group = try messages.addAllGather(&span, pieces: pieces)
  let sent = pieces[communicator.rank].reduce(0) { $0 + $1.count } * (communicator.size - 1)
  try expectations.expect(
    messages.sentBytes(group), equals: sent * MemoryLayout<Element>.stride, "the bytes sent")
  for round in 0..<3 {
    var expected = [Element](repeating: 99, count: end)
    for rank in pieces.indices {
      for (index, place) in pieces[rank].joined().enumerated() {
        expected[place] = element(rank, index + round)
      }
    }
    for place in pieces[communicator.rank].joined() { memory[place] = expected[place] }
    try messages.start(group)
    try messages.wait(group)
    try expectations.expect(try messages.test(group), "a group has ended after wait")
    try expectations.expect(Array(memory), "round \(round) of pieces about \(count)") {
      expected[$0]
    }
    try communicator.barrier()  // No rank may write while another still reads.
  }
  try messages.free()
}

/// `wait` and `test` throw for a message that is longer or shorter than its receive.
func persistentLengths(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let (rank, size) = (world.communicator.rank, world.communicator.size)
  let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 20_000)
  defer { memory.deallocate() }
  memory.initialize(repeating: 1)
  // Open MPI 4.1.4 does not report a message of a rank to itself that is too long.
  let tooLong = size > 1 ? [(10, 9), (9_000, 8_999)] : []
  for (sent, expected) in [(9, 10), (8_999, 9_000)] + tooLong {
    for waits in [true, false] {
      var messages = world.communicator.persistentMessages()
      let group = messages.addGroup()
      var received = UnsafeMutableBufferPointer(rebasing: memory[10_000..<10_000 + expected])
        .mutableSpan
      try messages.addReceive(into: &received, from: (rank + size - 1) % size)
      let own = UnsafeMutableBufferPointer(rebasing: memory[0..<sent])
      try messages.addSend(own.span, to: (rank + 1) % size)
      try messages.start(group)
      let error = Result { () throws(MPIError) in
        guard !waits else { return try messages.wait(group) }
        while try !messages.test(group) {}
      }
      guard case .failure(let error) = error else {
        throw Difference(description: "\(sent) floats came where \(expected) were expected")
      }
      try expectations.expect(
        error.errorClass, equals: .truncate, "\(sent) floats for \(expected), waits: \(waits)")
      try messages.wait(group)  // For the message that this rank has sent.
      try messages.free()
      try world.communicator.barrier()
    }
  }
}

/// The last rank sends once the others have seen that its messages are missing.
private func missing(_ communicator: borrowing Communicator, _ expectations: inout Expectations)
  throws
{
  let (rank, size) = (communicator.rank, communicator.size)
  let memory = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 1 + size)
  defer { memory.deallocate() }
  memory.initialize(repeating: 0)
  var messages = communicator.persistentMessages()
  let group = messages.addGroup()
  let others = (0..<size).filter { $0 != rank }
  for other in others {
    var received = UnsafeMutableBufferPointer(rebasing: memory[1 + other...1 + other]).mutableSpan
    try messages.addReceive(into: &received, from: other)
  }
  for other in others {
    let own = UnsafeMutableBufferPointer(rebasing: memory[0...0])
    try messages.addSend(own.span, to: other)
  }
  try expectations.expect(messages.pendingSources(group), equals: [], "before the first start")
  if rank != size - 1 {
    try messages.start(group)
    while try messages.pendingSources(group) != [size - 1] { _ = try messages.test(group) }
  }
  try communicator.barrier()
  if rank == size - 1 { try messages.start(group) }
  try messages.wait(group)
  try expectations.expect(messages.pendingSources(group), equals: [], "after the end")
  try messages.free()
}

/// Two groups at the same time, which ranks start in different orders. Each sends around a ring, in
/// opposite directions.
private func groupsAtOnce(
  _ communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let (rank, size, count) = (communicator.rank, communicator.size, 70_001)
  let memory = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 4 * count)
  defer { memory.deallocate() }
  memory.initialize(repeating: 0)
  var messages = communicator.persistentMessages()
  let directions = [1, size - 1]
  for (number, step) in directions.enumerated() {
    try expectations.expect(messages.addGroup(), equals: number, "the group's number")
    let place = 2 * number * count
    var received = UnsafeMutableBufferPointer(
      rebasing: memory[place + count..<place + 2 * count]
    ).mutableSpan
    try messages.addReceive(into: &received, from: (rank + size - step) % size)
    let own = UnsafeMutableBufferPointer(rebasing: memory[place..<place + count])
    try messages.addSend(own.span, to: (rank + step) % size)
  }
  for round in 0..<3 {
    for number in 0..<2 {
      memory[2 * number * count..<(2 * number + 1) * count].update(
        repeating: Int32(100 * round + 10 * number + rank))
    }
    let order = (rank + round) % 2 == 0 ? [0, 1] : [1, 0]
    for number in order { try messages.start(number) }
    var hasEnded = [false, false]
    while hasEnded.contains(false) {
      for number in 0..<2 where !hasEnded[number] {
        hasEnded[number] = try messages.test(number)
      }
    }
    for (number, step) in directions.enumerated() {
      let source = (rank + size - step) % size
      let place = (2 * number + 1) * count
      try expectations.expect(
        Array(memory[place..<place + count]), "round \(round) of direction \(number)"
      ) { _ in Int32(100 * round + 10 * number + source) }
    }
    try communicator.barrier()
  }
  try messages.free()
}
