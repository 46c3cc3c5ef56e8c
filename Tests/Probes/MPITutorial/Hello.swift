import MPI

/// Adds up the ranks' numbers, and lets rank zero print the sum.
func hello() throws {
  let world = try World()
  let comm = world.communicator

  let sum = try comm.allReduce(comm.rank, .sum)
  let areAllReady = try comm.allReduce(true, .logicalAnd)
  if comm.rank == 0 {
    print("the numbers of \(comm.size) ranks add up to \(sum); all are ready: \(areAllReady)")
  }
  try world.finalize()
}
