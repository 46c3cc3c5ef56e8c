internal import Platform

/// The ranks of one machine and the processors that they share.
struct MachineUse {
  /// The ranks, in order.
  let ranks: [RankFindings]

  /// The machine's processors, as the first rank sees them.
  let processor: Processor

  /// The hardware threads that the ranks may use; for a process that no launcher started, those to
  /// which the process is bound.
  let usable: CPUList

  /// The number of cores to which these hardware threads belong; one at least.
  let coreCount: Int

  /// The number of threads of all ranks.
  let threadCount: Int

  /// The commands to start the ranks in other ways.
  var advice: LaunchAdvice { ranks[0].advice }

  /// The host's name, or its names, where ranks see several.
  var host: String { Wording.hosts(ranks.map { [$0] }) }

  /// The number of single-threaded ranks with which the machine should train fastest: one on each core, or
  /// fewer where a control group limits CPU time.
  var bestRankCount: Int {
    min(coreCount, max(1, processor.quota.map { Int($0) } ?? coreCount))
  }

  /// How `ranks`, which all run on one machine, use the machine.
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
