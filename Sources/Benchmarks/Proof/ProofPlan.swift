package import Engine
package import Kernels
internal import Platform

/// One way to train, which must give the same bits as every other way of the same ``Subject``.
package struct ProofCell: Codable, Hashable {
  /// What is trained: all that may change the bits.
  package struct Subject: Codable, Hashable {
    /// The number format of the products.
    package let precision: Precision

    /// Images of a step, over all ranks.
    package let batchSize: Int

    /// The number of steps.
    package let steps: Int
  }

  /// What is trained.
  package let subject: Subject

  /// The number of ranks; a single rank is started without mpirun.
  package let ranks: Int

  /// How many ranks each of several hosts has; nil for ranks of this machine.
  var hosts: [Int]?

  /// The threads of each rank.
  package var threads = 1

  /// How ranks form teams.
  package var teams = TeamMode.node

  /// The number of ranks that resume the run after SIGUSR1 has stopped it; nil where nothing stops the
  /// run.
  var resumedOn: Int?

  /// A few words that name the run while it trains.
  var name: String {
    let who = hosts == nil && resumedOn == nil ? Wording.count(ranks, "rank") : "\(whose) ranks"
    return "\(subject.precision.rawValue), batch \(subject.batchSize), \(who)"
      + (threads == 1 ? "" : " of \(threads) threads")
      + (teams == .node ? "" : ", teams \(teams.rawValue)")
  }

  /// The ranks as the table tells them: "3", "2 + 1" on two hosts, "3 → 1" where they were stopped.
  var whose: String {
    (hosts?.map(String.init).joined(separator: " + ") ?? "\(ranks)")
      + (resumedOn.map { " → \($0)" } ?? "")
  }
}

/// The runs that a proof consists of.
struct ProofPlan {
  /// The folder with the images.
  let data: String

  /// The ways to train. Each is compared with the first of the same subject.
  let cells: [ProofCell]

  /// Makes several hosts; nil where there are none.
  let hosts: PretendedHosts?

  /// Why there are none; nil where there are some.
  let obstacle: String?

  /// Takes `choices`, and defaults for choices that are nil. By default a run takes some seconds and,
  /// unless it is to be quick, goes beyond MNIST's first epoch; one of the rank counts is that of `cores`.
  init(
    _ choices: BenchChoices, cores: Int, steps: Int?, precision: Precision?,
    hosts: PretendedHosts?, obstacle: String?
  ) {
    data = choices.data
    (self.hosts, self.obstacle) = (hosts, obstacle)
    let ranks = Set(choices.ranks ?? [1, 2, 3, 4, cores]).sorted()
    let precisions = precision.map { [$0] } ?? Precision.allCases.filter(\.isAvailable)
    let images = choices.isQuick ? 8000 : 64_000
    cells = precisions.flatMap { precision in
      (choices.batchSizes ?? [128]).flatMap { batchSize in
        let steps = steps ?? max(20, (images + batchSize - 1) / batchSize)
        return Self.cells(
          .init(precision: precision, batchSize: batchSize, steps: steps), ranks,
          hosts: hosts == nil ? [] : [[1, 1], [2, 1]])
      }
    }
  }

  private static func cells(
    _ subject: ProofCell.Subject, _ ranks: [Int], hosts: [[Int]]
  ) -> [ProofCell] {
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
      + hosts.map { ProofCell(subject: subject, ranks: $0.reduce(0, +), hosts: $0) }
      + hosts.suffix(1).map {
        ProofCell(subject: subject, ranks: $0.reduce(0, +), hosts: $0, resumedOn: fewest)
      }
  }
}
