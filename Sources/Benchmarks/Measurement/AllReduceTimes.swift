internal import Engine
internal import Kernels
internal import MPI
internal import Platform
internal import VAE

/// How long teams take to add up a gradient when they do nothing else, and how long `MPI_Allreduce`
/// takes for the whole gradients of all ranks: medians of several runs of each, which are measured in
/// turn, from one barrier to the next.
package struct AllReduceTimes: Codable, Equatable, Sendable {
  /// Seconds in which the trainer's exchange adds up a gradient over the teams.
  package var ours: Double

  /// Seconds of `MPI_Allreduce` of as many floats over all ranks.
  package var flat: Double
}

extension AllReduceTimes {
  /// Measures both for about `seconds` in all, each 3 to 100 times; collective. All ranks get rank
  /// zero's times.
  init(_ trainer: inout Trainer, seconds: Double, among world: borrowing Communicator) throws {
    let gradient = Buffer<Float>(repeating: 0, count: trainer.replica.layout.parameterCount)
    var (ours, flat): ([Double], [Double]) = ([], [])
    var rounds = 3
    while ours.count < rounds {
      ours.append(try Self.seconds(world) { try trainer.reduceNothing() })
      flat.append(
        try Self.seconds(world) {
          try gradient.vector.withMutableSpan { span throws(MPIError) in
            try world.allReduce(&span, .sum)
          }
        })
      if ours.count == 2 {  // The first round also makes connections.
        let wanted = min(100, max(3, Int(seconds / max(ours[1] + flat[1], 1e-9))))
        rounds = Int(try world.broadcast(Int64(wanted), from: 0))
      }
    }
    // All ranks take rank zero's times; a round ends on all of them together.
    self.init(
      ours: try world.broadcast(ours.median ?? 0, from: 0),
      flat: try world.broadcast(flat.median ?? 0, from: 0))
  }

  private static func seconds(
    _ world: borrowing Communicator, _ work: () throws -> Void
  ) throws -> Double {
    try world.barrier()
    let start = ContinuousClock.now
    try work()
    try world.barrier()
    return (ContinuousClock.now - start) / .seconds(1)
  }
}
