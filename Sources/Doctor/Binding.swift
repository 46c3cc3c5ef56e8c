internal import Platform

/// A text that tells to which CPUs the ranks of a node are bound.
enum Binding {
  /// One line for each group of consecutive ranks that are bound to the same CPUs, or to CPUs that
  /// move on by the same number from rank to rank; 12 lines at most.
  static func description(of node: [RankFindings]) -> String {
    let all = node[0].processor.online
    var runs: [[RankFindings]] = []
    for rank in node {
      if let run = runs.last, continues(run, with: rank) {
        runs[runs.count - 1].append(rank)
      } else {
        runs.append([rank])
      }
    }
    let lines = runs.map { run in "\(Wording.ranks(run)): \(place(run, all))" }
    return (lines.count <= 12 ? lines : lines.prefix(11) + ["… and \(lines.count - 11) more"])
      .joined(separator: "\n")
  }

  private static func place(_ run: [RankFindings], _ all: CPUList) -> String {
    let (first, last) = (run[0].cpus, run[run.count - 1].cpus)
    if first == all && all.count > 1 { return "not bound" }
    if first == last { return Wording.list("CPU", first.numbers) }
    let noun = first.count == 1 ? "CPU" : "CPUs"
    return "each its own, \(noun) \(first) to \(last)"
  }

  /// Whether `rank` continues the pattern of `run`: the CPUs move on by as much from the run's last rank
  /// to `rank` as from the run's second to last rank to its last.
  private static func continues(_ run: [RankFindings], with rank: RankFindings) -> Bool {
    guard let last = run.last, let step = distance(last.cpus, rank.cpus) else { return false }
    guard run.count > 1 else { return true }
    return distance(run[run.count - 2].cpus, last.cpus) == step
  }

  /// By how much each CPU of `second` is greater than the CPU at the same index of `first`; nil where that
  /// is negative or not the same for all.
  private static func distance(_ first: CPUList, _ second: CPUList) -> Int? {
    guard first.count == second.count, let a = first.numbers.first, let b = second.numbers.first
    else { return nil }
    let isShifted = zip(first.numbers, second.numbers).allSatisfy { $1 - $0 == b - a }
    return isShifted && b >= a ? b - a : nil
  }
}
