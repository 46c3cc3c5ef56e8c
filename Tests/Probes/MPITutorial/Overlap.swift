import MPI

/// Sums a buffer over all ranks while something else is computed.
func overlap() throws {
  let world = try World()
  let comm = world.communicator
  let buffer = MessageBuffer<Double>(repeating: 0.5, count: 100_000)
  let request = try comm.startAllReduce(buffer, .sum)

  let meanwhile = (1...100).reduce(0, +)

  let sums = try request.wait()
  if comm.rank == 0 {
    print("\(sums.span[99_999]) from all ranks, and meanwhile \(meanwhile)")
  }
  try world.finalize()
}
