import MPI

// Scenarios in which a rank fails, and the job must end with a status other than zero.

/// The last rank throws while the others wait for it.
func oneRankThrows(_ world: borrowing World, _ expectations: inout Expectations) throws {
  if world.communicator.rank == world.communicator.size - 1 {
    // A request that is dropped then must neither keep the rank from ending nor hide the error.
    let request = try world.communicator.startReceive(
      into: MessageBuffer<Float>(repeating: 0, count: 1), from: nil)
    try refuse()
    _ = try request.wait()
  }
  try world.communicator.barrier()
  throw Difference(description: "a rank did not wait for the others")
}

private func refuse() throws {
  throw Difference(description: "this rank fails on purpose")
}

/// The last rank has a false expectation, to test that the probe reports such.
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

/// The last rank leaves `main` by an uncaught error while the others wait for it.
func uncaught() throws {
  let world = try World()
  if world.communicator.rank == world.communicator.size - 1 {
    throw Difference(description: "this error is not caught")
  }
  try world.communicator.barrier()
  try world.communicator.barrier()
  try world.finalize()
}

/// A communicator is used after its world was finalised.
func afterTheEnd() throws {
  let world = try World()
  let comm = world.communicator
  try world.finalize()
  let sum = try comm.allReduce(1, .sum)
  report("a sum after finalize(): \(sum)")
}
