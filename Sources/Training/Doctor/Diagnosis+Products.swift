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
    return problems + unlikeProducts(job) + unknownLimits(job) + limits(job)
  }

  /// Ranks that would not compute alike, and what becomes of it: training agrees on instructions as
  /// the doctor did.
  private static func unlikeProducts(_ job: JobFindings) -> [Problem] {
    func other<Value: Equatable>(_ value: (RankFindings) -> Value) -> RankFindings? {
      job.ranks.first { value($0) != value(job.ranks[0]) }
    }
    let first = job.ranks[0]
    if let other = other(\.products.instructionSet) {
      return [
        Problem(
          "unlike-processors",
          "rank 0 computes with \(first.products.instructionSet), rank \(other.rank) on "
            + "\(other.host) with \(other.products.instructionSet)",
          why: "bits depend on who computes, and the slower sets the pace",
          instead: "use like hosts, or " + job.advice.variable("ONEDNN_MAX_CPU_ISA"))
      ]
    }
    if let other = other(\.ownInstructionSet), let mine = first.ownInstructionSet,
      let others = other.ownInstructionSet
    {
      return [
        Problem(
          "unlike-processors",
          "rank 0 could compute with \(mine), rank \(other.rank) on \(other.host) with \(others)",
          why: "all are limited to \(first.products.instructionSet), so that bits are the same",
          instead: "use like hosts")
      ]
    }
    return other(\.products.hash).map {
      [
        Problem(
          "unlike-products",
          "products of rank \($0.rank) on \($0.host) have other bits than those of rank 0",
          why: "the model's last bits depend on who computes",
          instead: "use like hosts and one version of oneDNN")
      ]
    } ?? []
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
    // What else keeps a rank from its processor's instructions is no matter of the environment.
    let limited = job.ranks.filter { $0.ownInstructionSet != $0.processor.instructionSet }
    guard let first = limited.first, let able = first.processor.instructionSet,
      let own = first.ownInstructionSet, let limit = first.instructionLimit
    else { return [] }
    return [
      Problem(
        "instruction-limit",
        "\(limit.name)=\(limit.value) keeps \(Wording.ranks(limited)) to "
          + "\(own), where the processor has \(able)",
        why: "products take longer, and their bits differ from others'",
        instead: "type unset \(limit.name)")
    ]
  }
}
