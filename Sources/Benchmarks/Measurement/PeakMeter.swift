internal import Glibc
internal import Kernels
internal import MPI

/// Measures what the cores of a job can do at most, alone and all at once.
///
/// The cores of a virtual machine are shared with other machines, whose work looks like slow training.
/// While all cores together reach less than the sum of what each reaches by itself, figures of training
/// say little: see ``FullSpeed``.
struct PeakMeter {
  private let peak: ArithmeticPeak
  private let seconds: Double

  /// The number of runs of a measurement. The best run counts, since no core is faster than its peak.
  private static let runs = 3

  /// A meter for the products of `precision` whose runs take `seconds` each; nil where the
  /// processor has no instructions for them.
  init?(_ precision: Precision, seconds: Double) {
    guard precision.isAvailable, let peak = ArithmeticPeak(precision) else { return nil }
    self.peak = peak
    self.seconds = seconds
  }

  /// The name of the instructions.
  var instructions: String { peak.instructions }

  /// Operations a second of rank zero's core while the other ranks sleep, on all ranks; collective.
  func single(_ world: borrowing Communicator) throws -> Double {
    try world.barrier()
    var best = 0.0
    if world.rank == 0 {
      for _ in 0..<Self.runs { best = max(best, peak.measure(seconds: seconds)) }
    } else {
      // A rank that waits in a collective call would keep its core busy.
      usleep(UInt32(1.1e6 * seconds * Double(Self.runs)))
    }
    return try world.broadcast(best, from: 0)
  }

  /// Operations a second of all ranks' cores at once, on all ranks; collective.
  func joint(_ world: borrowing Communicator) throws -> Double {
    var best = 0.0
    for _ in 0..<Self.runs {
      try world.barrier()
      best = max(best, try world.allReduce(peak.measure(seconds: seconds), .sum))
    }
    return best
  }
}
