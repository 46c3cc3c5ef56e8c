import Foundation
import MPI

/// The library's settings, as the test's environment makes them: of Open MPI.
func settings(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let expected = [
    // Text; a number with a name, which is one byte; a plain number; what is not there.
    ("pml", "ob1"), ("mpi_yield_when_idle", "true"), ("mpi_param_check", "false"),
    ("btl_self_eager_limit", "1234"), ("no_such_setting", nil), ("", nil),
  ]
  for (name, value) in expected {
    try expectations.expect(
      try world.setting(name), equals: value, "the setting '\(name)'")
  }
  // An enumeration that is a whole number.
  if world.communicator.size > 1 {
    try expectations.expect(
      try world.setting("btl_vader_single_copy_mechanism"), equals: "none", "vader's copies")
  }
  try expectations.expect(
    try world.communicator.allReduce(1 as Int32, .sum), equals: Int32(world.communicator.size),
    "a sum after all that")
}
