internal import Kernels
internal import Platform

extension Diagnosis {
  /// Matrix products that are wrong, or slower than they could be.
  static func productProblems(_ job: JobFindings) -> [Problem] {
    var problems: [Problem] = []
    let wrong = job.ranks.filter { !$0.products.areRight }
    if !wrong.isEmpty {
      problems.append(
        Problem(
          "product-check",
          "matrix products on \(Wording.ranks(wrong)) have wrong bits",
          why:
            "a processor that computes wrongly would spoil the model, so training refuses to start",
          instead: "leave \(Wording.hosts(wrong.map { [$0] })) out, and have the hardware checked"))
    }
    return problems + unlikeProcessors(job) + limits(job)
  }

  private static func unlikeProcessors(_ job: JobFindings) -> [Problem] {
    let first = job.ranks[0]
    guard let other = job.ranks.first(where: { $0.products.best != first.products.best }) else {
      return []
    }
    return [
      Problem(
        "unlike-processors",
        "rank 0 can compute with \(first.products.best), rank \(other.rank) on \(other.host) with "
          + "\(other.products.best)",
        why: isSame(first.products.best, other.products.best)
          ? "in fp32 they compute alike; in bf16 all ranks use what the lesser processor has"
          : "bits are the same, but all ranks wait for the slower processor",
        instead: "use hosts with the same processors")
    ]
  }

  /// Whether the instruction sets with these two names compute fp32 products with the same instructions.
  private static func isSame(_ one: String, _ other: String) -> Bool {
    InstructionSet(rawValue: one)?.floats == InstructionSet(rawValue: other)?.floats
  }

  private static func limits(_ job: JobFindings) -> [Problem] {
    let limited = job.ranks.filter { $0.products.instructions != $0.products.best }
    guard let first = limited.first?.products else { return [] }
    return [
      Problem(
        "instruction-limit",
        "LOCKSTEP_INSTRUCTIONS=\(first.instructions) keeps \(Wording.ranks(limited)) from "
          + "\(first.best)",
        why: !isSame(first.instructions, first.best)
          ? "products take longer, and have the same bits"
          : first.hasBF16
            ? "products in bf16 take longer, and have other bits; those in fp32 are the same"
            : "there is no \(setting: .precision, "bf16"); products in fp32 are the same",
        instead: "type unset LOCKSTEP_INSTRUCTIONS")
    ]
  }
}
