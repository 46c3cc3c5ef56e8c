import MPI

/// Arrays go out and come back whole, by a communicator that has a name of its own.
func arrays(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let comm = world.communicator
  let (rank, size) = (comm.rank, comm.size)
  let (next, previous) = ((rank + 1) % size, (rank + size - 1) % size)

  var received = [0, 0, -1]
  let status = try comm.sendReceive([rank, -rank], to: next, into: &received, from: previous)
  try expectations.expect(received, equals: [previous, -previous, -1], "what sendReceive brought")
  try expectations.expect(status.count, equals: 2, "the count of sendReceive")

  if rank == 0 {
    for destination in 1..<max(size, 1) { try comm.send([Int.min, destination], to: destination) }
  } else {
    var message = [0, 0]
    try comm.receive(&message, from: 0)
    try expectations.expect(message, equals: [.min, rank], "what receive brought")
  }

  var copied = [UInt32.max - UInt32(rank), UInt32(rank)]
  try comm.broadcast(&copied, from: size - 1)
  try expectations.expect(
    copied, equals: [.max - UInt32(size - 1), UInt32(size - 1)], "what broadcast brought")

  var sums = [rank, 1]
  try comm.allReduce(&sums, .sum)
  try expectations.expect(sums, equals: [size * (size - 1) / 2, size], "sums in an array")
}
