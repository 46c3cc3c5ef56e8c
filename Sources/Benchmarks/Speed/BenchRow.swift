internal import Engine
internal import Kernels
internal import Platform

/// What was measured for a ``BenchCell``: medians of the rounds that count (see
/// ``FullSpeed/counted(_:)``), nil where nothing was measured.
struct BenchRow: Codable {
  /// How the job trained.
  var cell: BenchCell

  /// Why there are no figures, as in "no bf16 on this processor"; nil where there are.
  var unavailable: String?

  var imagesPerSecond: MedianAndRange?
  var stepMilliseconds: Double?

  /// Milliseconds of a full step by stage, the mean over ranks.
  var milliseconds: StageMilliseconds?

  /// The operations a second of a step's products, as a fraction of the cores' joint peak.
  var fractionOfPeak: Double?

  /// The same for the weight gradients alone; their time includes updating the parameters.
  var gradientFractionOfPeak: Double?

  /// Images a second, as a fraction of the number of ranks times the rate of a single rank.
  var efficiency: Double?

  /// For each round, the lesser of the cores' joint peaks before and after the round, in operations a
  /// second.
  var jointPeaks: [Double] = []

  /// The number of rounds.
  var rounds = 0
  /// The number of rounds in which the processor ran at ``FullSpeed``.
  var wholeRounds = 0
}

/// Milliseconds of a full step by stage.
struct StageMilliseconds: Codable {
  var batch: Double
  var forward: Double
  var backward: Double
  var gradients: Double
  var exchange: Double
  var waiting: Double

  /// Milliseconds of waiting of the rank that waited most.
  var longestWaiting: Double

  /// Takes the milliseconds of each stage from `stage`.
  init(longestWaiting: Double, stage: (StageTimes.Stage) -> Double) {
    (batch, forward, backward) = (stage(.batch), stage(.forward), stage(.backward))
    (gradients, exchange, waiting) = (stage(.gradients), stage(.exchange), stage(.waiting))
    self.longestWaiting = longestWaiting
  }

  /// The stages in the order of the table.
  var all: [Double] { [batch, forward, backward, gradients, exchange, waiting] }
}

extension BenchRow {
  /// Whether the cores ran at full speed in at least half of the rounds, so that the figures can be
  /// trusted: see ``FullSpeed``.
  var isTrustworthy: Bool { wholeRounds * 2 >= rounds }

  /// Sums up the measurements of `cell` in all `rounds`; `single` is the highest peak that one core
  /// ever reached by itself.
  init(_ cell: BenchCell, _ rounds: [Measurement], single: Double) {
    self.init(cell: cell)
    let isFullSpeed = FullSpeed.isReached(in: rounds, single: single)
    let counted = FullSpeed.counted(isFullSpeed).map { rounds[$0] }
    func median(_ figure: (Measurement) -> Double) -> Double? {
      counted.map(figure).median
    }
    func stage(_ stage: StageTimes.Stage) -> Double {
      median { $0.stageMilliseconds(stage) } ?? 0
    }
    self.rounds = rounds.count
    jointPeaks = rounds.map { min($0.peak.before, $0.peak.after) }
    wholeRounds = isFullSpeed.count { $0 }
    imagesPerSecond = MedianAndRange(counted.map(\.imagesPerSecond))
    stepMilliseconds = median(\.stepMilliseconds)
    fractionOfPeak = median { $0.fractionOfPeak }
    gradientFractionOfPeak = median { $0.gradientFractionOfPeak }
    milliseconds = StageMilliseconds(
      longestWaiting: median { $0.milliseconds($0.timing.longestWaiting) } ?? 0, stage: stage)
  }
}
