internal import Engine
internal import Kernels
internal import Platform

/// What one row of the table of speeds is about: how a job trains.
struct BenchCell: Codable, Hashable {
  /// The number format of the products.
  let precision: Precision

  /// The number of ranks.
  let ranks: Int

  /// How ranks form teams; for a single rank it makes no difference.
  let teams: TeamMode

  /// Images of a step, over all ranks.
  let batchSize: Int

  /// A few words that name the row while it is measured.
  var name: String {
    "\(precision.rawValue), \(Wording.count(ranks, "rank")), "
      + (ranks == 1 ? "" : "teams \(teams.rawValue), ") + "batch \(batchSize)"
  }

  /// What a job must measure for this row in a benchmark with this `plan`.
  func request(_ plan: BenchPlan) -> MeasurementRequest {
    var request = MeasurementRequest()
    request.precision = precision
    request.teams = teams
    request.batchSize = batchSize
    request.seconds = plan.seconds
    request.peakSeconds = plan.isQuick ? 0.02 : 0.05
    return request
  }
}

/// What a benchmark of speed measures, and how.
struct BenchPlan {
  /// The folder with the images.
  var data: String

  /// Rank counts, ascending.
  var ranks: [Int]

  /// Batch sizes.
  var batchSizes: [Int]

  /// The number of rounds, in each of which everything is measured once.
  var rounds: Int

  /// Seconds of training in one measurement.
  var seconds: Double

  /// Whether to leave out what takes long.
  var isQuick: Bool

  /// What the rows of the table are about; rows to be compared follow one another.
  var cells: [BenchCell] {
    Precision.allCases.flatMap { precision in
      batchSizes.flatMap { batchSize in
        ranks.flatMap { ranks in
          (ranks == 1 ? [.node] : TeamMode.allCases).map { teams in
            BenchCell(precision: precision, ranks: ranks, teams: teams, batchSize: batchSize)
          }
        }
      }
    }
  }

  /// Those of ``cells`` whose number format this processor has.
  var availableCells: [BenchCell] { cells.filter(\.precision.isAvailable) }

  /// Takes `choices`, and defaults for choices that are nil, so that a benchmark on a machine with
  /// `cores` cores takes about three minutes, and a quick one less than a minute.
  init(_ choices: BenchChoices, cores: Int) {
    data = choices.data
    isQuick = choices.isQuick
    ranks = Set(choices.ranks ?? Self.rankCounts(upTo: cores)).sorted()
    batchSizes = choices.batchSizes ?? (isQuick ? [128] : [128, 512, 2048])
    rounds = choices.rounds ?? (isQuick ? 3 : 5)
    seconds = choices.seconds ?? 1
    guard choices.seconds == nil else { return }
    let budget = (isQuick ? 20.0 : 120) / Double(rounds * max(1, availableCells.count))
    seconds = max(0.2, min(isQuick ? 0.5 : 1, budget - Self.overhead))
  }

  /// Roughly the seconds that a measurement takes beside training: for the start, the warm-up and
  /// the peaks.
  private static let overhead = 1.2

  /// Every count up to four, then powers of two, and all cores.
  static func rankCounts(upTo cores: Int) -> [Int] {
    (1...cores).filter { $0 <= 4 || $0 & ($0 - 1) == 0 || $0 == cores }
  }
}
