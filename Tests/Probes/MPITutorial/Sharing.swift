import MPI

/// Lets the ranks of a node fill one table together, which all of them then read.
func sharing() throws {
  let world = try World()
  let comm = world.communicator
  let node = try comm.splitShared(key: comm.rank)

  // Every rank owns four elements, and reaches those of the others.
  var table = try SharedWindow<Int64>(count: 4, on: node)
  var own = table.mutableSpan(ofRank: node.rank)
  for index in own.indices {
    let number = Int64(4 * node.rank + index)
    own[index] = number * number
  }
  try table.synchronise(node)

  let last = table.span(ofRank: node.size - 1)[3]
  if comm.rank == 0 { print("\(4 * node.size) squares, the last is \(last)") }
  try table.free()
  try node.free()
  try world.finalize()
}
