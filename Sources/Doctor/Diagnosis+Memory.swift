internal import Platform
internal import Ranks

extension Diagnosis {
  /// Nodes that lack memory for the default run.
  static func memoryProblems(_ job: JobFindings) -> [Problem] {
    job.nodes.flatMap {
      sharedProblems(job, $0) + machineProblems(job, $0) + limitProblems(job, $0)
    }
  }

  /// Too little room for the windows that the ranks of a node share.
  private static func sharedProblems(_ job: JobFindings, _ node: [RankFindings]) -> [Problem] {
    guard let room = node[0].sharedRoom else { return [] }
    let need = job.sharedNeed(node)
    let found: Sentence =
      "\(room.directory) of \(node[0].host) has room for \(Wording.mebibytes(room.free))"
    let instead: Sentence =
      "make it larger (docker run --shm-size 1g), or name another in \(WindowDirectory.variable)"
    if node.count > 1 && !room.holds(need) {
      return [
        Problem(
          "shared-memory", found,
          why: "the default run shares \(Wording.mebibytes(need)) there and would not start",
          instead: instead)
      ]
    }
    guard room.size <= 64 << 20 else { return [] }
    return [
      Problem(
        "shared-memory", "\(found), as containers have",
        why: "larger models and batches will not start", instead: instead)
    ]
  }

  /// A limit of a process that leaves it less memory than a rank needs.
  private static func limitProblems(_ job: JobFindings, _ node: [RankFindings]) -> [Problem] {
    let need = job.processNeed(node)
    let limited = node.compactMap { rank in rank.limit.map { (rank: rank.rank, limit: $0) } }
    guard let (rank, limit) = limited.min(by: { $0.limit.left < $1.limit.left }), limit.left < need
    else { return [] }
    return [
      Problem(
        "process-limit",
        "ulimit \(limit.option) leaves rank \(rank) \(Wording.mebibytes(limit.left))",
        why: "the default run needs about \(Wording.mebibytes(need)) in each and would not start",
        instead: "raise it, as with ulimit \(limit.option) unlimited")
    ]
  }

  /// Too little memory on the machine or in its control group.
  private static func machineProblems(_ job: JobFindings, _ node: [RankFindings]) -> [Problem] {
    let need = job.memoryNeed(node)
    guard let available = node.compactMap(\.memoryAvailable).min(), available < need else {
      return []
    }
    return [
      Problem(
        "memory", "\(node[0].host) has \(Wording.mebibytes(available)) of memory left",
        why: "the default run on \(Wording.count(node.count, "rank")) needs about "
          + "\(Wording.mebibytes(need))",
        instead: "use fewer ranks, or raise the container's limit")
    ]
  }
}
