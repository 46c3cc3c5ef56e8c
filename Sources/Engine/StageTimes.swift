/// The seconds that training steps took, by stage.
public struct StageTimes: Equatable, Sendable {
  /// What a thread does in a step.
  public enum Stage: String, Codable, Sendable, CaseIterable {
    /// Bytes to pixels, and noise.
    case batch
    /// Encoder, sampler and decoder.
    case forward
    /// The evidence lower bound, and the deltas of all layers.
    case backward
    /// The gradient's tiles, and the optimizer.
    case gradients
    /// The messages between teams, and adding up and rounding what they bring.
    case exchange
    /// Waiting for the team's other ranks, and for the rank's other threads.
    case waiting
  }

  /// The seconds by stage, and two zeros. Not an array, which every step would have to allocate.
  private var seconds = SIMD8<Double>()

  /// No time at all.
  public init() {}

  /// The seconds that `stage` took.
  public internal(set) subscript(stage: Stage) -> Double {
    get { seconds[stage.index] }
    set { seconds[stage.index] = newValue }
  }

  /// The seconds of all stages.
  public var total: Double { seconds.sum() }

  /// The seconds in which the model was not computed: those of waiting for the team's other ranks and the
  /// rank's other threads, and of exchanging with other teams, with the adding of their gradients.
  public var waited: Double { self[.waiting] + self[.exchange] }

  /// The seconds by stage that passed between two readings of the same rank's times.
  public static func - (later: StageTimes, earlier: StageTimes) -> StageTimes {
    var difference = StageTimes()
    difference.seconds = later.seconds - earlier.seconds
    return difference
  }

  /// The mean of the times that several threads or ranks measured; there must be one at least.
  public static func mean(_ all: [StageTimes]) -> StageTimes {
    var mean = StageTimes()
    for times in all { mean.seconds += times.seconds }
    mean.seconds /= Double(all.count)
    return mean
  }
}

extension StageTimes.Stage {
  // Kept, because `allCases` makes an array at every call.
  private static let order = allCases

  fileprivate var index: Int { Self.order.firstIndex(of: self)! }
}

/// Measures how long one thread spends in each stage. Reading the clock takes about 30 ns.
final class StageClock {
  private(set) var times = StageTimes()
  private var last = ContinuousClock.now

  /// Starts the clock: the time before this call belongs to no stage.
  func begin() { last = ContinuousClock.now }

  /// Adds the time since the last call of this clock to `stage`.
  func end(_ stage: StageTimes.Stage) {
    let now = ContinuousClock.now
    times[stage] += (now - last) / .seconds(1)
    last = now
  }
}
