import MPI

/// Replaces every rank's gradient by the mean of all ranks'.
func allReduce() throws {
  let world = try World()
  let (rank, size) = (world.communicator.rank, world.communicator.size)

  var gradient = (0..<1000).map { Float($0 + rank) }
  var elements = gradient.mutableSpan
  try world.communicator.allReduce(&elements, .sum)
  for index in elements.indices { elements[index] /= Float(size) }

  if rank == 0 { print("\(size) ranks: mean gradient \(gradient[0]) … \(gradient[999])") }
  try world.finalize()
}
