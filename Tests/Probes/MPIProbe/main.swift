import MPI

/// Says hello from each rank.
func run() throws {
  let world = try World()
  let ranks = try world.communicator.allReduce(1 as Int32, .sum)
  print("rank \(world.communicator.rank) of \(ranks)")
  try world.finalize()
}

try run()
