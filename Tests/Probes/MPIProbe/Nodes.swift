import Foundation
import MPI

/// A rank shares memory with the ranks on the host of the same name, and with no others. The first
/// argument of the scenarios is the number of hosts.
func nodes(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let rank = world.communicator.rank
  let names = try world.communicator.allGather(hostNumber())
  let shared = try world.communicator.splitShared(key: rank)
  let ranks = try shared.allGather(Int64(rank))
  try expectations.expect(
    ranks, equals: names.indices.filter { names[$0] == names[rank] }.map(Int64.init),
    "the ranks that share memory with this one")
  try expectations.expect(
    Set(names).count, equals: Int(CommandLine.arguments[2]) ?? 0, "the number of hosts")
  try shared.free()
}

/// The last rank finalises MPI later than the others. With MPICH, the others get SIGUSR1, which MPICH
/// uses itself, before they finalise MPI and while they wait for the last.
func late(_ world: borrowing World, _ expectations: inout Expectations) throws {
  let (rank, size) = (world.communicator.rank, world.communicator.size)
  let ranks = try world.communicator.allGather(Int64(rank))
  try expectations.expect(ranks, equals: (0..<size).map(Int64.init), "the ranks")
  if rank == size - 1 {
    usleep(600_000)
  } else if try World.libraryVersion.contains("MPICH") {
    raise(SIGUSR1)
    Thread.detachNewThread {
      usleep(300_000)
      kill(getpid(), SIGUSR1)
    }
  }
}

/// The last eight bytes of the host's name as a number.
private func hostNumber() -> Int64 {
  var name = [CChar](repeating: 0, count: 256)
  gethostname(&name, name.count - 1)
  return name.prefix { $0 != 0 }.reduce(0) { $0 << 8 | Int64($1) }
}
