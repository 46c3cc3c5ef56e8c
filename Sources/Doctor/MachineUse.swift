internal import Platform

/// The ranks of one machine and what they have to share there.
struct MachineUse {
  /// The ranks, in order.
  let ranks: [RankFindings]

  /// The machine's processors, as the first of the ranks sees them.
  let processor: Processor

  /// The hardware threads that the ranks may use: of a lone process, those it is bound to.
  let usable: CPUList

  /// The cores that these make up.
  let coreCount: Int

  /// The threads of all ranks.
  let threadCount: Int

  /// What to type to start them otherwise.
  var advice: LaunchAdvice { ranks[0].advice }

  /// The host's name, or the names that it goes under.
  var host: String { Wording.hosts(ranks.map { [$0] }) }

  /// The ranks of one thread that this machine is best used with.
  var bestRankCount: Int {
    min(coreCount, max(1, processor.quota.map { Int($0) } ?? coreCount))
  }

  /// Works out what `ranks`, all of one machine, may use.
  init(_ ranks: [RankFindings]) {
    self.ranks = ranks
    processor = ranks[0].processor
    let isAlone = ranks.count == 1 && ranks[0].launched == nil
    usable = isAlone ? processor.allowed.intersection(ranks[0].cpus) : processor.allowed
    coreCount = max(1, processor.cores(of: usable).count)
    threadCount = ranks.reduce(0) { $0 + $1.threads }
  }

  /// "2 ranks", or "2 ranks of 4 threads".
  var load: String {
    let ranks = Wording.count(ranks.count, "rank")
    let threads = self.ranks.map(\.threads)
    guard let most = threads.max(), most > 1 else { return ranks }
    return "\(ranks) of \(threads.min() == most ? "" : "up to ")\(most) threads"
  }
}
