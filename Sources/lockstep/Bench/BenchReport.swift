internal import Benchmarks
internal import Engine
internal import Formats
internal import Kernels
internal import Platform
internal import VAE

/// All that a bench found out: what its JSON file holds.
struct BenchReport: Codable {
  /// The machine it ran on.
  var machine: Machine

  /// The name of the instructions, and one core's best with them, in operations a second.
  var peaks: [Peak] = []

  /// Operations of training on one image.
  var operationsPerImage: Double?

  /// The sizes of the model.
  var model: ModelConfiguration?

  /// Rounds, and the seconds of one measurement.
  var rounds: Int
  /// See ``rounds``.
  var seconds: Double

  /// The table.
  var rows: [BenchRow] = []

  /// Seconds from before `mpirun` to the end of training for one step, on ``startupRanks`` ranks.
  var startup: Summary?
  /// See ``startup``.
  var startupRanks: Int

  /// Training to a good test loss, Lockstep's first.
  var timesToLoss: [TimeToLoss] = []

  /// Other programs.
  var peers: [PeerRow] = []

  /// One core's peak.
  struct Peak: Codable {
    var precision: Precision
    var instructions: String
    var operationsPerSecond: Double
  }
}

extension BenchReport {
  /// Reads the file that a bench wrote.
  init(reading path: String) throws {
    guard File.canBeRead(path) else {
      throw Failure(
        .inputOutput, "\(path): cannot be read; measure first: lockstep bench --json \(path)")
    }
    guard let report = JSONText.decoded(BenchReport.self, from: File.text(path)) else {
      throw Failure(
        .badData,
        "\(path): this is not what lockstep bench writes; run lockstep bench --json \(path)")
    }
    self = report
  }
}

/// What was measured of a cell. Figures are medians of the rounds that count.
struct BenchRow: Codable {
  var cell: BenchCell

  /// Why there are no figures, as in "no bf16 on this processor".
  var unavailable: String?

  var imagesPerSecond: Summary?
  var stepMilliseconds: Double?

  /// Milliseconds a full step, the mean over ranks.
  var milliseconds: StageMilliseconds?

  /// The whole step's products over what the cores could do at the same time.
  var fractionOfPeak: Double?

  /// Weight gradients, with the update in the same tile, over the same.
  var gradientFractionOfPeak: Double?

  /// Images a second over those of as many lone ranks.
  var efficiency: Double?

  /// The lesser of the cores' joint peaks before and after, in operations a second, of all rounds.
  var jointPeaks: [Double] = []

  /// The rounds, and those of them in which the machine was whole.
  var rounds = 0
  /// See ``rounds``.
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

  /// Those of the rank that waited most.
  var longestWaiting: Double

  /// The stages in the order of the table.
  var all: [Double] { [batch, forward, backward, gradients, exchange, waiting] }
}

extension BenchRow {
  /// Whether the machine was whole most of the time, so that the figures can be trusted.
  var isWhole: Bool { wholeRounds * 2 >= rounds }

  /// Sums up what `rounds` found; `single` is the best that one core ever did by itself.
  init(_ cell: BenchCell, _ rounds: [Measurement], single: Double) {
    self.init(cell: cell)
    let isWhole = Wholeness.judge(rounds, single: single)
    let counted = Wholeness.counted(isWhole).map { rounds[$0] }
    func median(_ figure: (Measurement) -> Double) -> Double? {
      Summary(counted.map(figure))?.median
    }
    func stage(_ stage: StageTimes.Stage) -> Double {
      median { $0.stageMilliseconds(stage) } ?? 0
    }
    self.rounds = rounds.count
    jointPeaks = rounds.map { min($0.peak.before, $0.peak.after) }
    wholeRounds = isWhole.count { $0 }
    imagesPerSecond = Summary(counted.map(\.imagesPerSecond))
    stepMilliseconds = median(\.stepMilliseconds)
    fractionOfPeak = median { $0.fractionOfPeak }
    gradientFractionOfPeak = median { $0.gradientFractionOfPeak }
    milliseconds = StageMilliseconds(
      batch: stage(.batch), forward: stage(.forward), backward: stage(.backward),
      gradients: stage(.gradients), exchange: stage(.exchange), waiting: stage(.waiting),
      longestWaiting: median { $0.milliseconds($0.longestWaiting) } ?? 0)
  }
}

extension Wholeness {
  /// Whether the machine was whole in each of `rounds`.
  static func judge(_ rounds: [Measurement], single: Double) -> [Bool] {
    rounds.map {
      isWhole(before: $0.peak.before, after: $0.peak.after, ranks: $0.ranks, single: single)
    }
  }
}
