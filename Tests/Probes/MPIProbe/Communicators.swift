import MPI

/// Communicators that are made from others: their ranks, and that their calls throw.
func communicators(_ world: borrowing World, _ expectations: inout Expectations) throws {
  try duplicate(world.communicator, &expectations)
  try split(world.communicator, &expectations)
  try leaveOut(world.communicator, &expectations)
  let shared = try world.communicator.splitShared(key: -world.communicator.rank)
  try expectations.expect(
    shared.rank, equals: world.communicator.size - 1 - world.communicator.rank,
    "the rank among those that share memory, numbered backwards")
  try works(shared, size: world.communicator.size, name: "splitShared", &expectations)
  try shared.free()
}

/// A message sent in one communicator is not received in another.
private func duplicate(
  _ communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let copy = try communicator.duplicate()
  let rank = communicator.rank
  try expectations.expect(copy.rank, equals: rank, "the rank in a duplicate")
  try works(copy, size: communicator.size, name: "duplicate", &expectations)
  let first = try copy.startSend(MessageBuffer<Int32>(repeating: 1, count: 1), to: rank)
  let second = try communicator.startSend(MessageBuffer<Int32>(repeating: 2, count: 1), to: rank)
  var values: [Int32] = [0, 0]
  for index in values.indices {
    var value: [Int32] = [0]
    var span = value.mutableSpan
    if index == 0 {
      try communicator.receive(&span, from: rank)
    } else {
      try copy.receive(&span, from: rank)
    }
    values[index] = value[0]
  }
  try expectations.expect(
    values, equals: [2, 1], "the messages in the original and in the duplicate")
  _ = try first.wait()
  _ = try second.wait()
  try copy.free()
}

/// Even and odd ranks, both numbered backwards.
private func split(
  _ communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let (rank, size) = (communicator.rank, communicator.size)
  guard let part = try communicator.split(color: rank % 2, key: -rank) else {
    throw Difference(description: "split returned nothing for colour \(rank % 2)")
  }
  let members = Array(stride(from: rank % 2, to: size, by: 2))
  try expectations.expect(part.size, equals: members.count, "the size of a part")
  try expectations.expect(
    part.rank, equals: members.count - 1 - rank / 2, "the rank in a part, numbered backwards")
  try expectations.expect(
    try part.allGather(Int32(rank)), equals: members.reversed().map { Int32($0) },
    "the ranks of a part")
  try works(part, size: members.count, name: "split", &expectations)
  try part.free()
}

/// The last rank has no colour. The others have no key, and keep their order.
private func leaveOut(
  _ communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let isLast = communicator.rank == communicator.size - 1
  if let part = try communicator.split(color: isLast ? nil : 3) {
    try expectations.expect(!isLast, "a rank without a colour has no part")
    try expectations.expect(part.rank, equals: communicator.rank, "the rank without a key")
    try works(part, size: communicator.size - 1, name: "split without the last", &expectations)
    try part.free()
  } else {
    try expectations.expect(isLast, "a rank with a colour has a part")
  }
}

/// The communicator has `size` ranks, adds up their values, and throws for a wrong root.
private func works(
  _ communicator: borrowing Communicator, size: Int, name: String,
  _ expectations: inout Expectations
) throws {
  try expectations.expect(communicator.size, equals: size, "the size of \(name)")
  try communicator.barrier()
  try expectations.expect(
    try communicator.allReduce(1 as Int32, .sum), equals: Int32(size), "a sum over \(name)")
  try expectations.expect(.root, "a wrong root in \(name)") { () throws(MPIError) in
    _ = try communicator.broadcast(1 as Int32, from: size)
  }
}
