import MPI

/// Every call that copies from one rank to all, for every type and root.
func broadcasts(_ world: borrowing World, _ expectations: inout Expectations) throws {
  for type in samples { try broadcasts(type, on: world.communicator, &expectations) }
}

/// Every call that collects from all ranks, for every type and root, with equal and with different
/// counts.
func gathering(_ world: borrowing World, _ expectations: inout Expectations) throws {
  for type in samples { try gathering(type, on: world.communicator, &expectations) }
}

/// Element `index` of `rank`, which differs between ranks (except at index 0) and from the next one.
func element<Element: Sample>(_ rank: Int, _ index: Int) -> Element {
  index == 0 ? .largest : Element(small: rank * 60 + index % 59)
}

private func elements<Element: Sample>(_ rank: Int, _ count: Int) -> [Element] {
  (0..<count).map { element(rank, $0) }
}

private func broadcasts<Element: Sample>(
  _: Element.Type, on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  for root in 0..<communicator.size {
    for count in [0, 1, 7, 1031] {
      var values: [Element] = elements(communicator.rank, count)
      var span = values.mutableSpan
      try communicator.broadcast(&span, from: root)
      try expectations.expect(values, "broadcast of \(count) \(Element.self) from \(root)") {
        element(root, $0)
      }
    }
    let value = try communicator.broadcast(element(communicator.rank, 5) as Element, from: root)
    try expectations.expect(
      value, equals: element(root, 5), "broadcast of one \(Element.self) from \(root)")
  }
}

private func gathering<Element: Sample>(
  _: Element.Type, on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  for count in [0, 1, 7, 1031] {
    let even = [Int](repeating: count, count: communicator.size)
    let uneven = (0..<communicator.size).map { unevenCount(ofRank: $0, about: count) }
    for root in 0..<communicator.size {
      try gather(
        Element.self, counts: even, isEven: true, to: root, on: communicator, &expectations)
      try gather(
        Element.self, counts: uneven, isEven: false, to: root, on: communicator, &expectations)
    }
    try allGather(Element.self, counts: even, isEven: true, on: communicator, &expectations)
    try allGather(Element.self, counts: uneven, isEven: false, on: communicator, &expectations)
  }
  let own: Element = element(communicator.rank, 5)
  let all: [Element] = (0..<communicator.size).map { element($0, 5) }
  try expectations.expect(
    try communicator.allGather(own), equals: all, "allGather of one \(Element.self)")
  for root in 0..<communicator.size {
    try expectations.expect(
      try communicator.gather(own, to: root), equals: communicator.rank == root ? all : nil,
      "gather of one \(Element.self) to \(root)")
  }
}

/// `gather`, with the call for equal counts if they are even.
private func gather<Element: Sample>(
  _: Element.Type, counts: [Int], isEven: Bool, to root: Int,
  on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let expected: [Element] = counts.enumerated().flatMap { elements($0, $1) }
  let isRoot = communicator.rank == root
  let own: [Element] = elements(communicator.rank, counts[communicator.rank])
  // On other ranks than the root, the result is not needed and must stay unchanged.
  var result = [Element](repeating: 99, count: isRoot ? expected.count : 3)
  var span = result.mutableSpan
  if isEven {
    try communicator.gather(own.span, into: &span, to: root)
  } else {
    try communicator.gather(own.span, into: &span, counts: isRoot ? counts : [], to: root)
  }
  try expectations.expect(result, "gather of \(counts) \(Element.self) to \(root)") {
    isRoot ? expected[$0] : 99
  }
}

/// `allGather`, with the call for equal counts if they are even.
private func allGather<Element: Sample>(
  _: Element.Type, counts: [Int], isEven: Bool, on communicator: borrowing Communicator,
  _ expectations: inout Expectations
) throws {
  let expected: [Element] = counts.enumerated().flatMap { elements($0, $1) }
  let own: [Element] = elements(communicator.rank, counts[communicator.rank])
  var result = [Element](repeating: 99, count: expected.count)
  var span = result.mutableSpan
  if isEven {
    try communicator.allGather(own.span, into: &span)
  } else {
    try communicator.allGather(own.span, into: &span, counts: counts)
  }
  try expectations.expect(result, "allGather of \(counts) \(Element.self)") { expected[$0] }
}
