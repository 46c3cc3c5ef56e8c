internal import Platform

/// Where the ranks of a node may run, in as few words as that can be told.
enum Binding {
  /// One line for each run of ranks that are bound alike.
  static func description(of node: [RankFindings]) -> String {
    let all = node[0].processor.online
    var runs: [[RankFindings]] = []
    for rank in node {
      if let run = runs.last, let last = run.last, goesOn(run, last, rank) {
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

  /// Whether `rank` is bound as the ranks before it: to the same, or to what comes next.
  private static func goesOn(
    _ run: [RankFindings], _ last: RankFindings, _ rank: RankFindings
  ) -> Bool {
    guard let step = distance(last.cpus, rank.cpus) else { return false }
    guard run.count > 1 else { return true }
    return distance(run[run.count - 2].cpus, last.cpus) == step
  }

  /// How far each number of `second` is from that of `first`; nil where that differs.
  private static func distance(_ first: CPUList, _ second: CPUList) -> Int? {
    guard first.count == second.count, let a = first.numbers.first, let b = second.numbers.first
    else { return nil }
    let isShifted = zip(first.numbers, second.numbers).allSatisfy { $1 - $0 == b - a }
    return isShifted && b >= a ? b - a : nil
  }
}
