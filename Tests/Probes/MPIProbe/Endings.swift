import MPI

// Scenarios that must end the job with another status than zero.

/// One rank fails while the others wait for it.
func oneRankThrows(_ world: borrowing World, _ expectations: inout Expectations) throws {
  if world.communicator.rank == world.communicator.size - 1 {
    // An operation under way must neither keep the rank from ending nor hide why it does.
    let request = try world.communicator.startReceive(
      into: MessageBuffer<Float>(repeating: 0, count: 1), from: nil)
    try refuse()
    _ = try request.wait()
  }
  try world.communicator.barrier()
  throw Difference(description: "the others have waited in vain")
}

private func refuse() throws {
  throw Difference(description: "this rank fails on purpose")
}

/// One rank expects what is not so: an expectation that cannot fail would show nothing.
func differs(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let (rank, size) = (world.communicator.rank, world.communicator.size)
  var values: [Int32] = [1, Int32(rank)]
  var span = values.mutableSpan
  try world.communicator.allReduce(&span, .sum)
  try expectations.expect(values, "a sum") { index in
    rank == size - 1 && index == 1 ? -1 : index == 0 ? Int32(size) : Int32(size * (size - 1) / 2)
  }
  try world.communicator.barrier()
}

/// One rank leaves by an error that nobody catches; the others wait for it.
func uncaught() throws {
  let world = try World()
  if world.communicator.rank == world.communicator.size - 1 {
    throw Difference(description: "nobody catches this")
  }
  try world.communicator.barrier()
  try world.communicator.barrier()
  try world.finalize()
}

/// A communicator that outlives its world is used.
func afterTheEnd() throws {
  let world = try World()
  let comm = world.communicator
  try world.finalize()
  let sum = try comm.allReduce(1, .sum)
  report("\(sum) ranks are summed after the end")
}
