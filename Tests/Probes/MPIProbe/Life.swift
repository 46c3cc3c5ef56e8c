import Foundation
import MPI

/// The one life of MPI in a process, with what can be asked before, during and after it.
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
  try expectations.expect(seconds >= 0.02 && seconds < 10, "0.02 s are not \(seconds) s")
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
