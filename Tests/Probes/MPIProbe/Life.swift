import Foundation
import MPI

/// MPI is initialised and finalised once, and some calls are allowed before and after that.
func life(_ level: ThreadLevel) throws {
  var expectations = Expectations()
  try expectations.expect(try !World.libraryVersion.isEmpty, "the library has a version")
  let version = try World.standardVersion
  try expectations.expect(version >= (3, 1), "the library follows MPI 3.1 at least: \(version)")

  let world = try World(threadLevel: level)
  let place = "rank \(world.communicator.rank) of \(world.communicator.size)"
  try expectations.expect(world.threadLevel >= level, "\(world.threadLevel) allows \(level)")
  try expectations.expect(
    try world.processorName, equals: ProcessInfo.processInfo.hostName, "the machine's name")
  let start = world.wallTime
  Thread.sleep(forTimeInterval: 0.02)
  let seconds = world.wallTime - start
  try expectations.expect(seconds >= 0.02 && seconds < 10, "a sleep of 0.02 s took \(seconds) s")
  try expectations.expect(.other, "a second world") { () throws(MPIError) in _ = try World() }
  try expectations.expect(
    try world.communicator.allReduce(1 as Int32, .sum), equals: Int32(world.communicator.size),
    "a sum after the second world was refused")
  try world.finalize()

  try expectations.expect(.other, "a world after the end") { () throws(MPIError) in
    _ = try World()
  }
  try expectations.expect(try !World.libraryVersion.isEmpty, "the library still has a version")
  report("\(place): life held in \(expectations.held) expectations")
}

/// The library's settings have the values that the program's arguments, `NAME=VALUE…`, say. The test
/// sets them in the environment.
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
    "a sum after the settings were read")
}
