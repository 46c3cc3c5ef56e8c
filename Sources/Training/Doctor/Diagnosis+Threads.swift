extension Diagnosis {
  /// What the environment says of threads.
  static func threadProblems(_ job: JobFindings) -> [Problem] {
    let first = job.ranks[0]
    var problems: [Problem] = []
    if let wanted = first.wantedThreads, wanted > 1, first.threads == 1 {
      problems.append(
        Problem(
          "threads", "OMP_NUM_THREADS=\(first.environment["OMP_NUM_THREADS"] ?? "") is set",
          why: "it changes nothing, each rank has one thread",
          instead: "start more ranks, or type --threads-per-rank \(wanted)"))
    }
    guard job.ranks.count > 1 || first.threads > 1 else { return problems }
    var seen: Set<String> = []
    for rank in job.ranks {
      for name in rank.threadBinding where seen.insert(name).inserted {
        problems.append(
          Problem(
            "thread-binding", "\(name)=\(rank.environment[name] ?? "") is set",
            why: "OpenMP may move ranks off the cores that they were given",
            instead: "type unset \(name)"))
      }
    }
    return problems
  }
}
