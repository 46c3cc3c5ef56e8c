internal import Engine
internal import Kernels

/// One row of the table: what is trained, by how many.
struct BenchCell: Codable, Hashable {
  /// The number format of the products.
  let precision: Precision

  /// The number of ranks.
  let ranks: Int

  /// How ranks form teams; a rank alone is a team of one either way.
  let teams: TeamMode

  /// Images of a step, over all ranks.
  let batchSize: Int

  /// A few words for whoever waits.
  var name: String {
    "\(precision.rawValue), \(ranks) \(ranks == 1 ? "rank" : "ranks"), "
      + (ranks == 1 ? "" : "teams \(teams.rawValue), ") + "batch \(batchSize)"
  }

  /// The words of the program that measures it.
  func words(_ plan: BenchPlan) -> [String] {
    [
      "measure", "--precision", precision.rawValue, "--teams", teams.rawValue,
      "--batch-size", "\(batchSize)", "--seconds", "\(plan.seconds)",
      "--peak-seconds", "\(plan.isQuick ? 0.02 : 0.05)", "--data", plan.data,
    ]
  }
}

/// What a bench measures, all flags resolved.
struct BenchPlan {
  /// The folder with the images.
  var data: String

  /// Rank counts, ascending.
  var ranks: [Int]

  /// Batch sizes.
  var batchSizes: [Int]

  /// How often everything is measured, in turn.
  var rounds: Int

  /// Seconds of training in one measurement.
  var seconds: Double

  /// Whether to leave out what takes long.
  var isQuick: Bool

  /// The rows of the table. Those that are compared with one another are neighbours.
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

  /// The cells that this processor can do.
  var availableCells: [BenchCell] { cells.filter(\.precision.isAvailable) }

  /// Fills in what the flags leave open, so that a run takes about three minutes, a quick one less
  /// than one.
  init(
    data: String, cores: Int, isQuick: Bool, ranks: [Int]?, batchSizes: [Int]?, rounds: Int?,
    seconds: Double?
  ) {
    self.data = data
    self.isQuick = isQuick
    self.ranks = Set(ranks ?? Self.rankCounts(upTo: cores)).sorted()
    self.batchSizes = batchSizes ?? (isQuick ? [128] : [128, 512, 2048])
    self.rounds = rounds ?? (isQuick ? 3 : 5)
    self.seconds = seconds ?? 1
    guard seconds == nil else { return }
    let budget = (isQuick ? 20.0 : 120) / Double(self.rounds * max(1, availableCells.count))
    self.seconds = max(0.2, min(isQuick ? 0.5 : 1, budget - Self.overhead))
  }

  /// About the seconds that a measurement takes besides.
  private static let overhead = 1.2

  /// Every count up to four, then powers of two, and all cores.
  static func rankCounts(upTo cores: Int) -> [Int] {
    (1...cores).filter { $0 <= 4 || $0 & ($0 - 1) == 0 || $0 == cores }
  }
}
