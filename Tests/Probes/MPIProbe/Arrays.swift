import MPI

/// The calls for arrays.
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

  try copies(comm, &expectations)
  try unequal(comm, &expectations)

  var sums = [rank, 1]
  try comm.allReduce(&sums, .sum)
  try expectations.expect(sums, equals: [size * (size - 1) / 2, size], "sums in an array")
}

/// The array of the root replaces shorter, longer and empty arrays.
private func copies(
  _ comm: borrowing Communicator, _ expectations: inout Expectations
) throws {
  for (root, count) in [(0, 0), (0, 1), (comm.size - 1, 1031)] {
    let own = comm.rank == root ? count : 500 * (comm.rank % 3)
    var values = (0..<own).map { UInt32.max - UInt32(comm.rank + $0) }
    try comm.broadcast(&values, from: root)
    try expectations.expect(values.count, equals: count, "the count that broadcast brought")
    try expectations.expect(values, "broadcast of \(count)") { .max - UInt32(root + $0) }
  }
}

/// A sum of arrays of different counts throws on all ranks.
private func unequal(
  _ comm: borrowing Communicator, _ expectations: inout Expectations
) throws {
  guard comm.size > 1 else { return }
  var values = [Float](repeating: 1, count: comm.rank == 0 ? 0 : 3)
  try expectations.expect(.count, "a sum of unequal arrays") { () throws(MPIError) in
    try comm.allReduce(&values, .sum)
  }
}
