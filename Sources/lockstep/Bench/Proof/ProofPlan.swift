internal import Engine
internal import Kernels

/// One way to train, which must give the same bits as any other of the same ``Subject``.
struct ProofCell: Codable, Hashable {
  /// What is trained: all that may make a difference.
  struct Subject: Codable, Hashable {
    /// The number format of the products.
    let precision: Precision

    /// Images of a step, over all ranks.
    let batchSize: Int

    /// The steps taken.
    let steps: Int
  }

  /// What is trained.
  let subject: Subject

  /// The number of ranks; one is started without mpirun.
  let ranks: Int

  /// The threads of each rank.
  var threads = 1

  /// How ranks form teams; teams gather, which keeps the bits of one.
  var teams = TeamMode.node

  /// The ranks that go on after SIGUSR1 has stopped the run; nil where nothing stops it.
  var resumedOn: Int?

  /// A few words for whoever waits.
  var name: String {
    let who =
      resumedOn.map { "\(ranks) → \($0) ranks" } ?? "\(ranks) \(ranks == 1 ? "rank" : "ranks")"
    return "\(subject.precision.rawValue), batch \(subject.batchSize), \(who)"
      + (threads == 1 ? "" : " of \(threads) threads")
      + (teams == .node ? "" : ", teams \(teams.rawValue)")
  }

  /// The words of the program that trains so in the run directory `run`.
  func words(data: String, run: String) -> [String] {
    [
      "train", "--data", data, "--run", run, "--precision", subject.precision.rawValue,
      "--batch-size", "\(subject.batchSize)", "--threads-per-rank", "\(threads)",
      "--teams", teams.rawValue, "--exchange", ExchangeMode.allGather.rawValue,
      "--max-steps", "\(subject.steps)", "--epochs", "\(subject.steps)", "--log-every", "1",
      "--progress", "never", "--report", "off", "--tensorboard", "off",
    ]
  }
}

/// What a proof consists of, all flags resolved.
struct ProofPlan {
  /// The folder with the images.
  let data: String

  /// The runs. The first of each subject is the one that the others are compared with.
  let cells: [ProofCell]

  /// Fills in what the flags leave open: a default run crosses the end of MNIST's first epoch and
  /// takes some seconds.
  init(
    data: String, cores: Int, isQuick: Bool, ranks: [Int]?, batchSizes: [Int]?, steps: Int?,
    precision: Precision?
  ) {
    self.data = data
    let ranks = Set(ranks ?? [1, 2, 3, 4, cores]).sorted()
    let precisions = precision.map { [$0] } ?? Precision.allCases.filter(\.isAvailable)
    let images = isQuick ? 8000 : 64_000
    cells = precisions.flatMap { precision in
      (batchSizes ?? [128]).flatMap { batchSize in
        let steps = steps ?? max(20, (images + batchSize - 1) / batchSize)
        return Self.cells(
          .init(precision: precision, batchSize: batchSize, steps: steps), ranks)
      }
    }
  }

  private static func cells(_ subject: ProofCell.Subject, _ ranks: [Int]) -> [ProofCell] {
    let (fewest, most) = (ranks[0], ranks[ranks.count - 1])
    let several = ranks.filter { $0 > 1 }
    let teams = Set([several.first, several.last].compactMap { $0 }).sorted()
    return ranks.map { ProofCell(subject: subject, ranks: $0) }
      + [ProofCell(subject: subject, ranks: fewest, threads: 2)]
      + teams.map { ProofCell(subject: subject, ranks: $0, teams: .rank) }
      + Set([fewest, most]).sorted(by: >).map {
        ProofCell(subject: subject, ranks: $0, resumedOn: $0 == most ? fewest : most)
      }
      + teams.suffix(1).map {
        ProofCell(subject: subject, ranks: $0, teams: .rank, resumedOn: fewest)
      }
  }
}
