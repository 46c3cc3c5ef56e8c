internal import Kernels

extension Diagnosis {
  /// What makes bits depend on ranks, or products slow.
  static func productProblems(_ job: JobFindings) -> [Problem] {
    var problems: [Problem] = []
    let fickle = job.ranks.filter { !$0.products.keepsBits }
    if !fickle.isEmpty {
      problems.append(
        Problem(
          "self-test", "on \(Wording.ranks(fickle)) a product's bits depend on its number of rows",
          why: "the model's last bits may depend on the number of ranks",
          instead: "try ONEDNN_MAX_CPU_ISA=AVX2"))
    }
    let sets = job.ranks.map(\.products.instructionSet)
    if let other = job.ranks.first(where: { $0.products.instructionSet != sets[0] }) {
      problems.append(
        Problem(
          "unlike-processors",
          "rank 0 computes with \(sets[0]), rank \(other.rank) on \(other.host) with "
            + "\(other.products.instructionSet)",
          why: "bits depend on who computes, and the slower sets the pace",
          instead: "use like hosts, or mpirun -x ONEDNN_MAX_CPU_ISA"))
    }
    return problems + unknownLimits(job) + limits(job)
  }

  private static func unknownLimits(_ job: JobFindings) -> [Problem] {
    let ranks = job.ranks.filter { $0.instructionLimit?.isKnown == false }
    guard let limit = ranks.first?.instructionLimit else { return [] }
    return [
      Problem(
        "unknown-instructions",
        "oneDNN on \(Wording.ranks(ranks)) does not know \(limit.name)=\(limit.value)",
        why: "it passes over such a limit and uses all instructions there are",
        instead: "use SSE41, AVX, AVX2, AVX512_CORE or leave it out")
    ]
  }

  private static func limits(_ job: JobFindings) -> [Problem] {
    let limited = job.ranks.filter { rank in
      rank.processor.instructionSet.map { !rank.products.instructionSet.contains($0) } ?? false
    }
    guard let first = limited.first, let able = first.processor.instructionSet else { return [] }
    // Without such a limit this oneDNN is older than the processor, or was told so when built.
    guard let limit = first.instructionLimit, limit.isKnown else { return [] }
    return [
      Problem(
        "instruction-limit",
        "\(limit.name)=\(limit.value) keeps \(Wording.ranks(limited)) to "
          + "\(first.products.instructionSet), where the processor has \(able)",
        why: "products take longer, and their bits differ from others'",
        instead: "type unset \(limit.name)")
    ]
  }
}
