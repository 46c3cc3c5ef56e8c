import MPI

/// Counts that do not fit a C `int` are thrown, and MPI is not called.
func hugeCounts(_ world: borrowing World, _ expectations: inout Expectations) throws {
  // The memory is never touched, so the system need not provide any.
  let count = Int(Int32.max) + 1
  let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
  defer { bytes.deallocate() }
  try hugeReductions(bytes, on: world.communicator, &expectations)
  try hugeCopies(bytes, on: world.communicator, &expectations)
  try hugeMessages(bytes, on: world.communicator, &expectations)
  try stillWorks(world.communicator, &expectations)
}

private func hugeReductions(
  _ bytes: UnsafeMutableBufferPointer<UInt8>, on communicator: borrowing Communicator,
  _ expectations: inout Expectations
) throws {
  var huge = bytes.mutableSpan
  try expectations.expect(.count, "allReduce in place") { () throws(MPIError) in
    try communicator.allReduce(&huge, .sum)
  }
  try expectations.expect(.count, "allReduce") { () throws(MPIError) in
    try communicator.allReduce(bytes.span, .sum, into: &huge)
  }
  try expectations.expect(.count, "reduce") { () throws(MPIError) in
    try communicator.reduce(bytes.span, .sum, into: &huge, to: 0)
  }
  try expectations.expect(.count, "reduceScatter with counts") { () throws(MPIError) in
    try communicator.reduceScatter(bytes.span, .sum, into: &huge, counts: [bytes.count])
  }
  guard communicator.size == 1 else { return }
  try expectations.expect(.count, "reduceScatter") { () throws(MPIError) in
    try communicator.reduceScatter(bytes.span, .sum, into: &huge)
  }
}

private func hugeCopies(
  _ bytes: UnsafeMutableBufferPointer<UInt8>, on communicator: borrowing Communicator,
  _ expectations: inout Expectations
) throws {
  var huge = bytes.mutableSpan
  try expectations.expect(.count, "broadcast") { () throws(MPIError) in
    try communicator.broadcast(&huge, from: 0)
  }
  // Each count fits, but the last displacement does not.
  let few: [UInt8] = [1]
  let counts = [Int(Int32.max), 1, 1]
  try expectations.expect(.count, "allGather with counts") { () throws(MPIError) in
    try communicator.allGather(few.span, into: &huge, counts: counts)
  }
  if communicator.rank == 0 {
    try expectations.expect(.count, "gather with counts") { () throws(MPIError) in
      try communicator.gather(few.span, into: &huge, counts: counts, to: 0)
    }
  }
  guard communicator.size == 1 else { return }
  try expectations.expect(.count, "gather") { () throws(MPIError) in
    try communicator.gather(bytes.span, into: &huge, to: 0)
  }
  try expectations.expect(.count, "allGather") { () throws(MPIError) in
    try communicator.allGather(bytes.span, into: &huge)
  }
}

private func hugeMessages(
  _ bytes: UnsafeMutableBufferPointer<UInt8>, on communicator: borrowing Communicator,
  _ expectations: inout Expectations
) throws {
  var huge = bytes.mutableSpan
  try expectations.expect(.count, "send") { () throws(MPIError) in
    try communicator.send(bytes.span, to: 0)
  }
  try expectations.expect(.count, "receive") { () throws(MPIError) in
    try communicator.receive(&huge, from: 0)
  }
  try expectations.expect(.count, "sendReceive") { () throws(MPIError) in
    try communicator.sendReceive(bytes.span, to: 0, into: &huge, from: 0)
  }
}
