import MPI

extension Expectations {
  /// Expects that `body` throws an error of `errorClass` that names a C function.
  mutating func expect(
    _ errorClass: ErrorClass, _ what: String, from body: () throws(MPIError) -> Void
  ) throws {
    do throws(MPIError) {
      try body()
    } catch {
      try expect(error.errorClass, equals: errorClass, "the class of \(what) (\(error))")
      try expect(error.operation.hasPrefix("MPI_"), "\(what) names its function: \(error)")
      return
    }
    throw Difference(description: "\(what) was not thrown")
  }
}

/// Mistakes that the library finds are thrown with its class and explanation, and do no harm.
func errors(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let size = world.communicator.size
  let values: [Float] = [1]
  try expectations.expect(.rank, "a message to a rank that is not there") { () throws(MPIError) in
    try world.communicator.send(values.span, to: size)
  }
  try expectations.expect(.tag, "a negative tag") { () throws(MPIError) in
    try world.communicator.send(values.span, to: 0, tag: -5)
  }
  try expectations.expect(.tag, "a tag beyond a C int") { () throws(MPIError) in
    try world.communicator.send(values.span, to: 0, tag: 1 << 40)
  }
  try expectations.expect(.root, "a negative root") { () throws(MPIError) in
    _ = try world.communicator.broadcast(1 as UInt8, from: -1)
  }
  try expectations.expect(.argument, "a colour beyond a C int") { () throws(MPIError) in
    _ = try world.communicator.split(color: 1 << 40)
  }
  try expectations.expect(.communicator, "freeing the world") { () throws(MPIError) in
    try world.communicator.free()
  }
  do {
    _ = try world.communicator.broadcast(1 as UInt8, from: size)
    throw Difference(description: "a root that is not there was not thrown")
  } catch {
    try expectations.expect("\(error)".contains("MPI_Bcast failed: "), "\(error) names the call")
    try expectations.expect("\(error)".contains("root"), "\(error) explains itself")
  }
  do {
    try world.communicator.send(values.span, to: 0, tag: 1 << 40)
  } catch {
    try expectations.expect("\(error)".hasSuffix(": use a smaller number"), "\(error) advises")
  }
  try stillWorks(world.communicator, &expectations)
}

/// The communicator can still be used.
func stillWorks(
  _ communicator: borrowing Communicator, _ expectations: inout Expectations
) throws {
  try communicator.barrier()
  try expectations.expect(
    try communicator.allReduce(1 as Int64, .sum), equals: Int64(communicator.size),
    "a sum after the errors")
}
