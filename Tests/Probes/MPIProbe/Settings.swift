import Foundation
import MPI

/// The library's settings, as the test makes them in the environment: it passes `name=value`.
func settings(_ world: borrowing World, _ expectations: inout Expectations) throws {
  for word in CommandLine.arguments.dropFirst(2) {
    let parts = word.split(separator: "=").map(String.init)
    try expectations.expect(
      try world.setting(parts[0]), equals: parts[1], "the setting '\(parts[0])'")
  }
  for name in ["no_such_setting", ""] {
    try expectations.expect(try world.setting(name), equals: nil, "the setting '\(name)'")
  }
  try expectations.expect(
    try world.communicator.allReduce(1 as Int32, .sum), equals: Int32(world.communicator.size),
    "a sum after all that")
}
