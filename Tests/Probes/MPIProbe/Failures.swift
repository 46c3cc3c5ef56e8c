import MPI

extension Expectations {
  /// Expects an MPI error of one class, and that it names a C function.
  mutating func expect(
    _ errorClass: ErrorClass, _ what: String, from body: () throws(MPIError) -> Void
  ) throws {
    do throws(MPIError) {
      try body()
    } catch {
      try expect(error.errorClass, equals: errorClass, "the class of \(what) (\(error))")
      try expect(error.operation.hasPrefix("MPI_"), "\(what) names its function: \(error)")
      return
    }
    throw Difference(description: "\(what) was not thrown")
  }
}

/// Mistakes that the library finds are thrown with its class and words, and do no harm.
func errors(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let nobody = world.communicator.size
  let values: [Float] = [1]
  try expectations.expect(.rank, "a message to nobody") { () throws(MPIError) in
    try world.communicator.send(values.span, to: nobody)
  }
  try expectations.expect(.tag, "a negative tag") { () throws(MPIError) in
    try world.communicator.send(values.span, to: 0, tag: -5)
  }
  try expectations.expect(.tag, "a tag beyond a C int") { () throws(MPIError) in
    try world.communicator.send(values.span, to: 0, tag: 1 << 40)
  }
  try expectations.expect(.root, "a negative root") { () throws(MPIError) in
    _ = try world.communicator.broadcast(1 as UInt8, from: -1)
  }
  try expectations.expect(.argument, "a colour beyond a C int") { () throws(MPIError) in
    _ = try world.communicator.split(color: 1 << 40)
  }
  do {
    _ = try world.communicator.broadcast(1 as UInt8, from: nobody)
  } catch {
    try expectations.expect("\(error)".contains("MPI_Bcast failed: "), "\(error) names the call")
    try expectations.expect("\(error)".contains("root"), "\(error) explains itself")
  }
  try stillWorks(world.communicator, &expectations)
}

/// A message longer than the buffer it is received in: thrown, and the next one comes through.
func tooShort(_ world: borrowing World, _ expectations: inout Expectations) throws {
  // The library moves long messages in another way than short ones.
  for count in [4, 900, 2000, 100_000] {
    try receiveTooShort(count, world.communicator, &expectations)
  }
  try waitTooShort(world.communicator, &expectations)
  try wrongType(world.communicator, &expectations)
  try stillWorks(world.communicator, &expectations)
}

private func neighbours(_ communicator: borrowing Communicator) -> (next: Int, previous: Int) {
  let (rank, size) = (communicator.rank, communicator.size)
  return ((rank + 1) % size, (rank + size - 1) % size)
}

private func receiveTooShort(
  _ count: Int, _ communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let (next, previous) = neighbours(communicator)
  let long = [Float](repeating: 1, count: count)
  // What lies behind the three elements to receive in must not be touched.
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
  try expectations.expect(Array(memory), "the memory after \(count) too many") { _ in 9 }

  var received = [Float](repeating: 9, count: count)
  var span = received.mutableSpan
  try communicator.sendReceive(long.span, to: next, into: &span, from: previous)
  try expectations.expect(received, "the message of \(count) after the lost one") { _ in 1 }
}

/// Short enough for the library to keep it from being written beyond the buffer.
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
  // A closure cannot consume what it captures, so that this one is written out.
  do {
    _ = try request.wait()
    throw Difference(description: "wait did not throw what test had thrown")
  } catch let error as MPIError {
    try expectations.expect(error.errorClass, equals: .truncate, "wait after test")
  }
  _ = try second.wait()
}

/// Three bytes are not a whole number of floats.
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

/// Counts that a C int cannot hold are refused before MPI hears of them.
func hugeCounts(_ world: borrowing World, _ expectations: inout Expectations) throws {
  // Reserved, never touched: the memory is not really there.
  let count = Int(Int32.max) + 1
  let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
  defer { bytes.deallocate() }
  try hugeReductions(bytes, world.communicator, &expectations)
  try hugeCopies(bytes, world.communicator, &expectations)
  try hugeMessages(bytes, world.communicator, &expectations)
  try stillWorks(world.communicator, &expectations)
}

private func hugeReductions(
  _ bytes: UnsafeMutableBufferPointer<UInt8>, _ communicator: borrowing Communicator,
  _ expectations: inout Expectations
) throws {
  var huge = bytes.mutableSpan
  try expectations.expect(.count, "allReduce in place") { () throws(MPIError) in
    try communicator.allReduce(&huge, .sum)
  }
  try expectations.expect(.count, "allReduce") { () throws(MPIError) in
    try communicator.allReduce(bytes.span, into: &huge, .sum)
  }
  try expectations.expect(.count, "reduce") { () throws(MPIError) in
    try communicator.reduce(bytes.span, into: &huge, .sum, to: 0)
  }
  try expectations.expect(.count, "reduceScatter with counts") { () throws(MPIError) in
    try communicator.reduceScatter(bytes.span, into: &huge, counts: [bytes.count], .sum)
  }
  guard communicator.size == 1 else { return }
  try expectations.expect(.count, "reduceScatter") { () throws(MPIError) in
    try communicator.reduceScatter(bytes.span, into: &huge, .sum)
  }
}

private func hugeCopies(
  _ bytes: UnsafeMutableBufferPointer<UInt8>, _ communicator: borrowing Communicator,
  _ expectations: inout Expectations
) throws {
  var huge = bytes.mutableSpan
  try expectations.expect(.count, "broadcast") { () throws(MPIError) in
    try communicator.broadcast(&huge, from: 0)
  }
  // Parts that fit one by one, and lie too far apart.
  let few: [UInt8] = [1]
  let counts = [Int(Int32.max), 1, 1]
  try expectations.expect(.count, "allGather with counts") { () throws(MPIError) in
    try communicator.allGather(few.span, into: &huge, counts: counts)
  }
  if communicator.rank == 0 {
    try expectations.expect(.count, "gather with counts") { () throws(MPIError) in
      try communicator.gather(few.span, into: &huge, counts: counts, to: 0)
    }
  }
  guard communicator.size == 1 else { return }
  try expectations.expect(.count, "gather") { () throws(MPIError) in
    try communicator.gather(bytes.span, into: &huge, to: 0)
  }
  try expectations.expect(.count, "allGather") { () throws(MPIError) in
    try communicator.allGather(bytes.span, into: &huge)
  }
}

private func hugeMessages(
  _ bytes: UnsafeMutableBufferPointer<UInt8>, _ communicator: borrowing Communicator,
  _ expectations: inout Expectations
) throws {
  var huge = bytes.mutableSpan
  try expectations.expect(.count, "send") { () throws(MPIError) in
    try communicator.send(bytes.span, to: 0)
  }
  try expectations.expect(.count, "receive") { () throws(MPIError) in
    try communicator.receive(&huge, from: 0)
  }
  try expectations.expect(.count, "sendReceive") { () throws(MPIError) in
    try communicator.sendReceive(bytes.span, to: 0, into: &huge, from: 0)
  }
}

private func stillWorks(
  _ communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  try communicator.barrier()
  try expectations.expect(
    try communicator.allReduce(1 as Int64, .sum), equals: Int64(communicator.size),
    "a sum after the errors")
}
