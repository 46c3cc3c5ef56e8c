extension Diagnosis {
  /// What the environment says of threads.
  static func threadProblems(_ job: JobFindings) -> [Problem] {
    let first = job.ranks[0]
    guard let wanted = first.wantedThreads, wanted > 1, first.threads == 1 else { return [] }
    return [
      Problem(
        "threads", "OMP_NUM_THREADS=\(first.environment["OMP_NUM_THREADS"] ?? "") is set",
        why: "it changes nothing, each rank has one thread",
        instead: "start more ranks, or type --threads-per-rank \(wanted)")
    ]
  }
}
