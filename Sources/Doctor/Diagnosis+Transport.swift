internal import Platform
internal import Ranks

extension Diagnosis {
  /// Messages between ranks of a node that are copied twice, or cannot be copied.
  static func transportProblems(_ job: JobFindings) -> [Problem] {
    let off = job.ranks.filter { $0.transport.singleCopy == "none" }
    // With another mechanism, a rank does not copy from a neighbour's memory.
    let failing = job.ranks.filter {
      $0.transport.copyProblem != nil && $0.transport.singleCopy == "cma"
    }
    if let first = failing.first, let problem = first.transport.copyProblem {
      return [
        Problem(
          "single-copy", "\(Wording.ranks(failing)) cannot copy from a neighbour (\(problem))",
          why: "containers forbid it, and long messages will fail or print warnings",
          instead: "type \(job.advice.twoCopies ?? "the MPI's setting that copies twice")")
      ]
    }
    guard let first = off.first else { return [] }
    return [
      Problem(
        "single-copy", "\(Wording.ranks(off)) copy messages twice (single copy is off)",
        why: "\(setting: .teams, "rank") exchanges gradients that way",
        instead: first.transport.copyProblem == nil
          ? "leave \(job.advice.launcher.twoCopies?.name ?? "that setting") out"
          : "in containers allow it: docker run --cap-add SYS_PTRACE")
    ]
  }
}
