import MPI

/// Sums a buffer over all ranks while something else is computed.
func overlap() throws {
  let world = try World()
  let buffer = MessageBuffer<Double>(repeating: 0.5, count: 100_000)
  let request = try world.communicator.startAllReduce(buffer, .sum)

  let meanwhile = (1...100).reduce(0, +)

  let sums = try request.wait()
  if world.communicator.rank == 0 {
    print("\(sums.span[99_999]) from all ranks, and meanwhile \(meanwhile)")
  }
  try world.finalize()
}
