import MPI

/// Adds up the ranks' numbers by passing each of them once round a ring.
func ring() throws {
  let world = try World()
  let (rank, size) = (world.communicator.rank, world.communicator.size)
  let (next, previous) = ((rank + 1) % size, (rank + size - 1) % size)

  var value = [Int64(rank)]
  var sum = value[0]
  for _ in 1..<size {
    var received: [Int64] = [0]
    var place = received.mutableSpan
    try world.communicator.sendReceive(value.span, to: next, into: &place, from: previous)
    sum += received[0]
    value = received
  }
  if rank == 0 { print("the numbers of \(size) ranks add up to \(sum)") }
  try world.finalize()
}
