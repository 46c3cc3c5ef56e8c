import MPI

/// Every call that combines, for every type, operation and root, with none to many elements.
func reductions(_ world: borrowing World, _ expectations: inout Expectations) throws {
  for type in samples { try arithmetic(type, on: world.communicator, &expectations) }
  for type in integerSamples { try logic(type, on: world.communicator, &expectations) }
}

private func arithmetic<Element: Sample>(
  _: Element.Type, on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let cases = ReductionCase<Element>.all(communicator.size)
  try reductions(cases, on: communicator, &expectations)
}

private func logic<Element: Sample & FixedWidthInteger>(
  _: Element.Type, on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let cases = ReductionCase<Element>.integers(communicator.size)
  try reductions(cases, on: communicator, &expectations)
}

private func reductions<Element: Sample>(
  _ cases: [ReductionCase<Element>], on communicator: borrowing Communicator,
  _ expectations: inout Expectations
) throws {
  for reduction in cases {
    for count in [0, 1, 7, 515] {
      let name = "\(reduction.name) of \(count) \(Element.self)"
      try reduceToAll(reduction, count: count, name: name, on: communicator, &expectations)
      for root in 0..<communicator.size {
        try reduceToOne(
          reduction, count: count, name: name, to: root, on: communicator, &expectations)
      }
      try reduceToParts(reduction, count: count, name: name, on: communicator, &expectations)
    }
    try reduceOneValue(reduction, on: communicator, &expectations)
  }
}

private func reduceToAll<Element: Sample>(
  _ reduction: ReductionCase<Element>, count: Int, name: String,
  on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let values = reduction.values(communicator.rank, 0..<count)
  var inPlace = values
  var inPlaceSpan = inPlace.mutableSpan
  try communicator.allReduce(&inPlaceSpan, reduction.operation)
  try expectations.expect(inPlace, "allReduce in place, \(name)", elements: reduction.result)

  var result = [Element](repeating: 99, count: count)
  var resultSpan = result.mutableSpan
  try communicator.allReduce(values.span, reduction.operation, into: &resultSpan)
  try expectations.expect(result, "allReduce, \(name)", elements: reduction.result)
  try expectations.expect(values, "the values after allReduce, \(name)") {
    reduction.value(communicator.rank, $0)
  }

  let request = try communicator.startAllReduce(
    MessageBuffer(copying: values.span), reduction.operation)
  let buffer = try request.wait()
  try expectations.expect(
    array(buffer.span), "startAllReduce, \(name)", elements: reduction.result)
}

private func reduceToOne<Element: Sample>(
  _ reduction: ReductionCase<Element>, count: Int, name: String, to root: Int,
  on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let values = reduction.values(communicator.rank, 0..<count)
  var result = [Element](repeating: 99, count: count)
  var resultSpan = result.mutableSpan
  try communicator.reduce(values.span, reduction.operation, into: &resultSpan, to: root)
  try expectations.expect(result, "reduce to \(root), \(name)") { index in
    communicator.rank == root ? reduction.result(index) : 99
  }

  // On other ranks the result may be empty.
  var atRoot = [Element](repeating: 99, count: communicator.rank == root ? count : 0)
  var atRootSpan = atRoot.mutableSpan
  try communicator.reduce(values.span, reduction.operation, into: &atRootSpan, to: root)
  try expectations.expect(
    atRoot, "reduce to \(root) alone, \(name)", elements: reduction.result)
}

private func reduceToParts<Element: Sample>(
  _ reduction: ReductionCase<Element>, count: Int, name: String,
  on communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  let rank = communicator.rank
  let values = reduction.values(rank, 0..<communicator.size * count)
  var part = [Element](repeating: 99, count: count)
  var partSpan = part.mutableSpan
  try communicator.reduceScatter(values.span, reduction.operation, into: &partSpan)
  try expectations.expect(part, "reduceScatter, \(name) a rank") { index in
    reduction.result(rank * count + index)
  }

  let counts = (0..<communicator.size).map { unevenCount(ofRank: $0, about: count) }
  let start = counts[..<rank].reduce(0, +)
  let uneven = reduction.values(rank, 0..<counts.reduce(0, +))
  var own = [Element](repeating: 99, count: counts[rank])
  var ownSpan = own.mutableSpan
  try communicator.reduceScatter(
    uneven.span, reduction.operation, into: &ownSpan, counts: counts)
  try expectations.expect(own, "reduceScatter with counts \(counts), \(name)") { index in
    reduction.result(start + index)
  }
}

private func reduceOneValue<Element: Sample>(
  _ reduction: ReductionCase<Element>, on communicator: borrowing Communicator,
  _ expectations: inout Expectations
) throws {
  let name = "\(reduction.name) of one \(Element.self)"
  for index in 0..<5 {
    let value = reduction.value(communicator.rank, index)
    try expectations.expect(
      try communicator.allReduce(value, reduction.operation), equals: reduction.result(index),
      "allReduce, \(name)")
    for root in 0..<communicator.size {
      try expectations.expect(
        try communicator.reduce(value, reduction.operation, to: root),
        equals: communicator.rank == root ? reduction.result(index) : nil,
        "reduce to \(root), \(name)")
    }
  }
}

/// The number of elements in the part of `rank`: zero for rank 1, about `count` for the others.
func unevenCount(ofRank rank: Int, about count: Int) -> Int {
  rank == 1 ? 0 : count + rank
}

/// The elements of a span as an array, which can be compared.
func array<Element: Datatype>(_ span: Span<Element>) -> [Element] {
  span.indices.map { span[$0] }
}
