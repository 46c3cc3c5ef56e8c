import MPI

/// Shared windows: their sizes and alignment, what other ranks store, and empty parts.
func windows(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let node = try world.communicator.splitShared()
  try window(Float.self, on: node, &expectations)
  try window(Double.self, on: node, &expectations)
  try window(Int32.self, on: node, &expectations)
  try window(Int64.self, on: node, &expectations)
  try window(UInt8.self, on: node, &expectations)
  try window(UInt16.self, on: node, &expectations)
  try window(UInt64.self, on: node, &expectations)
  try accumulate(node, &expectations)
  try relay(node, &expectations)
  try node.free()
}

/// The part of rank 1 is empty; those of the others have different sizes.
private func window<Element: Sample>(
  _: Element.Type, on node: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let counts = (0..<node.size).map { $0 == 1 ? 0 : 7 + 1300 * $0 }
  var window = try SharedWindow<Element>(count: counts[node.rank], on: node)
  for rank in 0..<node.size {
    let name = "\(Element.self) part of \(rank)"
    try expectations.expect(window.count(ofRank: rank), equals: counts[rank], "count of \(name)")
    let address = window.withUnsafeMutableBufferPointer(ofRank: rank) {
      Int(bitPattern: $0.baseAddress)
    }
    try expectations.expect(address % 64, equals: 0, "the address modulo 64 of the \(name)")
    try expectations.expect(array(window.span(ofRank: rank)), "fresh \(name)") { _ in 0 }
  }
  try window.barrier(on: node)
  for round in 0..<3 {
    var own = window.mutableSpan(ofRank: node.rank)
    for index in own.indices { own[index] = element((node.rank + round) % 4, index) }
    try window.barrier(on: node)
    for rank in 0..<node.size {
      try expectations.expect(
        array(window.span(ofRank: rank)), "\(Element.self) part of \(rank), round \(round)"
      ) { element((rank + round) % 4, $0) }
    }
    try window.barrier(on: node)
  }
  try window.free()
}

/// Ranks change every part one after the other: each sees what the ranks before it have stored.
private func accumulate(
  _ node: borrowing Communicator, _ expectations: inout Expectations
) throws {
  var window = try SharedWindow<Int64>(count: 100, on: node)
  for turn in 0..<node.size {
    if turn == node.rank {
      for rank in 0..<node.size {
        window.withUnsafeMutableBufferPointer(ofRank: rank) { part in
          for index in part.indices { part[index] = part[index] * 10 + Int64(turn + 1) }
        }
      }
    }
    try window.barrier(on: node)
  }
  // 1, 12, 123 or 1234, for one to four ranks.
  let expected = (1...node.size).reduce(0) { $0 * 10 + Int64($1) }
  for rank in 0..<node.size {
    try expectations.expect(array(window.span(ofRank: rank)), "the turns at \(rank)") { _ in
      expected
    }
  }
  try window.free()
}

/// Ranks pass a token around a ring. The rank that has it writes to the window, and the next rank sees
/// that without a barrier.
private func relay(
  _ node: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let (rank, size) = (node.rank, node.size)
  var window = try SharedWindow<Int64>(count: rank == 0 ? 5000 : 0, on: node)
  for round in 0..<100 {
    var token: [UInt8] = [0]
    var span = token.mutableSpan
    if size > 1, rank > 0 || round > 0 {
      try node.receive(&span, from: (rank + size - 1) % size, tag: 1)
    }
    try window.memoryBarrier()
    let turn = Int64(round * size + rank)
    try expectations.expect(
      array(window.span(ofRank: 0)), "what was written before turn \(turn)"
    ) { _ in turn }
    window.withUnsafeMutableBufferPointer(ofRank: 0) { $0.update(repeating: turn + 1) }
    try window.memoryBarrier()
    let isLast = round == 99 && rank == size - 1
    if size > 1, !isLast { try node.send([UInt8(0)].span, to: (rank + 1) % size, tag: 1) }
  }
  try window.free()
}
