import MPI

/// Greets from every rank, and lets rank zero tell what they know together.
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
