import MPI

/// Shared windows: sizes, alignment, neighbours' stores, and parts of nothing.
func windows(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let team = try world.communicator.splitShared()
  try window(Float.self, team, &expectations)
  try window(Double.self, team, &expectations)
  try window(Int32.self, team, &expectations)
  try window(Int64.self, team, &expectations)
  try window(UInt8.self, team, &expectations)
  try window(UInt16.self, team, &expectations)
  try window(UInt64.self, team, &expectations)
  try accumulate(team, &expectations)
  try relay(team, &expectations)
  try team.free()
}

/// Rank 1 owns nothing, the others parts of odd sizes.
private func window<Element: Sample>(
  _: Element.Type, _ team: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let counts = (0..<team.size).map { $0 == 1 ? 0 : 7 + 1300 * $0 }
  var window = try SharedWindow<Element>(count: counts[team.rank], on: team)
  for rank in 0..<team.size {
    let name = "\(Element.self) part of \(rank)"
    try expectations.expect(window.count(ofRank: rank), equals: counts[rank], "count of \(name)")
    let address = window.withUnsafeMutableBufferPointer(ofRank: rank) {
      Int(bitPattern: $0.baseAddress)
    }
    try expectations.expect(address % 64, equals: 0, "the address modulo 64 of the \(name)")
    try expectations.expect(array(window.span(ofRank: rank)), "fresh \(name)") { _ in 0 }
  }
  try window.synchronise(team)
  for round in 0..<3 {
    var own = window.mutableSpan(ofRank: team.rank)
    for index in own.indices { own[index] = element((team.rank + round) % 4, index) }
    try window.synchronise(team)
    for rank in 0..<team.size {
      try expectations.expect(
        array(window.span(ofRank: rank)), "\(Element.self) part of \(rank), round \(round)"
      ) { element((rank + round) % 4, $0) }
    }
    try window.synchronise(team)
  }
  try window.free()
}

/// Ranks take turns at adding to every part: each sees what the ones before it stored.
private func accumulate(
  _ team: borrowing Communicator, _ expectations: inout Expectations
) throws {
  var window = try SharedWindow<Int64>(count: 100, on: team)
  for turn in 0..<team.size {
    if turn == team.rank {
      for rank in 0..<team.size {
        window.withUnsafeMutableBufferPointer(ofRank: rank) { part in
          for index in part.indices { part[index] = part[index] * 10 + Int64(turn + 1) }
        }
      }
    }
    try window.synchronise(team)
  }
  // 1, 12, 123, 1234: the turns in order.
  let expected = (1...team.size).reduce(0) { $0 * 10 + Int64($1) }
  for rank in 0..<team.size {
    try expectations.expect(array(window.span(ofRank: rank)), "the turns at \(rank)") { _ in
      expected
    }
  }
  try window.free()
}

/// A window goes round without a barrier: who has the token writes, and the next one sees it.
private func relay(
  _ team: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let (rank, size) = (team.rank, team.size)
  var window = try SharedWindow<Int64>(count: rank == 0 ? 5000 : 0, on: team)
  for round in 0..<100 {
    var token: [UInt8] = [0]
    var span = token.mutableSpan
    if size > 1, rank > 0 || round > 0 {
      try team.receive(&span, from: (rank + size - 1) % size, tag: 1)
    }
    try window.sync()
    let turn = Int64(round * size + rank)
    try expectations.expect(
      array(window.span(ofRank: 0)), "what was written before turn \(turn)"
    ) { _ in turn }
    window.withUnsafeMutableBufferPointer(ofRank: 0) { $0.update(repeating: turn + 1) }
    try window.sync()
    let isLast = round == 99 && rank == size - 1
    if size > 1, !isLast { try team.send([UInt8(0)].span, to: (rank + 1) % size, tag: 1) }
  }
  try window.free()
}
