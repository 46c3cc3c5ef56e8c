internal import Logging
package import MPI
internal import Platform

/// Threads that were given fewer cores than there are of them.
package enum Crowding {
  /// Warns, once, where some rank is bound to fewer processors than it has threads; collective.
  package static func check(threads: Int, among world: borrowing Communicator) throws {
    let isCrowded = threads > 1 && Processor.affinity().count < threads
    guard try world.allReduce(Int64(isCrowded ? 1 : 0), .max) > 0, world.rank == 0 else { return }
    let launcher = MPILauncher.own
    Logger(label: "lockstep").warning(
      """
      ranks of \(threads) threads are bound to fewer processors, where threads wait for one \
      another; start them with \(launcher.line(launcher.binding(threads: threads)))
      """)
  }
}
