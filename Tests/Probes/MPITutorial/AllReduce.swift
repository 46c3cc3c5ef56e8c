import MPI

/// Replaces every rank's gradient by the mean of all ranks'.
func allReduce() throws {
  let world = try World()
  let comm = world.communicator

  var gradient = (0..<1000).map { Float($0 + comm.rank) }
  try comm.allReduce(&gradient, .sum)
  for index in gradient.indices { gradient[index] /= Float(comm.size) }

  if comm.rank == 0 { print("\(comm.size) ranks: mean gradient \(gradient[0]) … \(gradient[999])") }
  try world.finalize()
}
