import MPI

/// Copies, messages and all operations of `Bool`.
func booleans(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let comm = world.communicator
  let (rank, size) = (comm.rank, comm.size)
  for root in 0..<size {
    try expectations.expect(
      try comm.broadcast(rank == root, from: root), equals: true, "the root's true")
    try expectations.expect(
      try comm.broadcast(rank != root, from: root), equals: false, "the root's false")
  }
  try expectations.expect(
    try comm.allGather(rank % 2 == 1), equals: (0..<size).map { $0 % 2 == 1 }, "odd ranks")
  let sent = (0..<515).map { truth(rank, $0) }
  let previous = (rank + size - 1) % size
  var received = [Bool](repeating: true, count: 515)
  try comm.sendReceive(sent, to: (rank + 1) % size, into: &received, from: previous)
  try expectations.expect(received, "what rank \(previous) sent") { truth(previous, $0) }
  try combined(comm, &expectations)
}

/// Element i is true on the first i % (size + 1) ranks: on none, on some or on all.
private func combined(
  _ comm: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let (rank, size) = (comm.rank, comm.size)
  let ranks = { (index: Int) in index % (size + 1) }
  let own = (0..<515).map { rank < ranks($0) }
  let cases: [(String, Operation<Bool>, (Int) -> Bool)] = [
    ("logicalAnd", .logicalAnd, { $0 == size }),
    ("logicalOr", .logicalOr, { $0 > 0 }),
    ("logicalXor", .logicalXor, { $0 % 2 == 1 }),
  ]
  for (name, operation, result) in cases {
    var values = own
    try comm.allReduce(&values, operation)
    try expectations.expect(values, name) { result(ranks($0)) }
    for index in 0...size {
      try expectations.expect(
        try comm.allReduce(own[index], operation), equals: result(index), "\(name) of one value")
    }
  }
}

/// Element `index` of `rank`, in a pattern that differs between ranks.
private func truth(_ rank: Int, _ index: Int) -> Bool {
  index % (rank + 2) == 0
}
