internal import Engine
internal import Kernels
internal import MPI
internal import VAE

/// How long the teams take to add up a gradient when they do nothing else, beside what a program
/// does that gives each rank's whole gradient to `MPI_Allreduce`. Medians of rounds in turn, each
/// from one barrier to the next.
package struct AllReduceTimes: Codable, Equatable, Sendable {
  /// Seconds of the trainer's own exchange.
  package var ours: Double

  /// Seconds of `MPI_Allreduce` over all ranks, of as many floats.
  package var flat: Double

  /// How many times as fast as the flat one ours is.
  package var lead: Double { flat / ours }
}

extension AllReduceTimes {
  /// Times both for about `seconds`, from 3 to 100 times each; collective.
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
      if ours.count == 2 {  // The first meets connections that are not made yet.
        let wanted = min(100, max(3, Int(seconds / max(ours[1] + flat[1], 1e-9))))
        rounds = Int(try world.broadcast(Int64(wanted), from: 0))
      }
    }
    // All see rank zero's, whose rounds end with everybody's.
    self.init(
      ours: try world.broadcast(Self.median(ours), from: 0),
      flat: try world.broadcast(Self.median(flat), from: 0))
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

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
