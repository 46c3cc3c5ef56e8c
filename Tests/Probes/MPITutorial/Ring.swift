import MPI

/// Adds up the ranks' numbers by passing each of them once around a ring.
func ring() throws {
  let world = try World()
  let comm = world.communicator
  let (rank, size) = (comm.rank, comm.size)
  let (next, previous) = ((rank + 1) % size, (rank + size - 1) % size)

  var value = [rank]
  var sum = rank
  for _ in 1..<size {
    var received = [0]
    try comm.sendReceive(value, to: next, into: &received, from: previous)
    sum += received[0]
    value = received
  }
  if rank == 0 { print("the numbers of \(size) ranks add up to \(sum)") }
  try world.finalize()
}
