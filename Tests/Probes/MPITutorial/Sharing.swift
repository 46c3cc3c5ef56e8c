import MPI

/// Lets each rank of a node fill its part of a table, which all of them can then read.
func sharing() throws {
  let world = try World()
  let comm = world.communicator
  let node = try comm.splitShared(key: comm.rank)

  // Every rank owns four elements, and can also read and write those of the others.
  var table = try SharedWindow<Int64>(count: 4, on: node)
  var own = table.mutableSpan(ofRank: node.rank)
  for index in own.indices {
    let number = Int64(4 * node.rank + index)
    own[index] = number * number
  }
  try table.barrier(on: node)

  let last = table.span(ofRank: node.size - 1)[3]
  if comm.rank == 0 { print("\(4 * node.size) squares, the last is \(last)") }
  try table.free()
  try node.free()
  try world.finalize()
}
