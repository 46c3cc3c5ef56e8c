internal import Kernels

extension Diagnosis {
  /// What the environment says of threads.
  static func threadProblems(_ job: JobFindings) -> [Problem] {
    var problems: [Problem] = []
    let name = "OMP_NUM_THREADS"
    if let wanted = job.ranks[0].environment[name], Int(wanted) ?? 1 > 1, job.ranks[0].threads == 1
    {
      problems.append(
        Problem(
          "threads", "\(name)=\(wanted) is set",
          why: "it changes nothing, each rank has one thread",
          instead: "start more ranks, or type --threads-per-rank \(wanted)"))
    }
    let binding = ["OMP_PROC_BIND", "GOMP_CPU_AFFINITY", "KMP_AFFINITY"]
    for name in binding {
      let set = job.ranks.filter { rank in
        rank.environment[name].map { !["", "false", "disabled"].contains($0.lowercased()) } ?? false
      }
      guard let first = set.first, job.ranks.count > 1 || first.threads > 1 else { continue }
      problems.append(
        Problem(
          "thread-binding", "\(name)=\(first.environment[name] ?? "") is set",
          why: "OpenMP may move ranks off the cores that mpirun gave them",
          instead: "leave it out and let mpirun bind"))
    }
    return problems
  }

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
    return problems + limits(job)
  }

  private static func limits(_ job: JobFindings) -> [Problem] {
    let limited = job.ranks.filter { rank in
      rank.processor.instructionSet.map { !rank.products.instructionSet.contains($0) } ?? false
    }
    guard let first = limited.first, let able = first.processor.instructionSet else { return [] }
    let names = ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"]
    // Without such a limit this oneDNN is older than the processor, or was told so when built.
    guard let name = names.first(where: { first.environment[$0] != nil }) else { return [] }
    return [
      Problem(
        "instruction-limit",
        "\(name)=\(first.environment[name] ?? "") keeps \(Wording.ranks(limited)) to "
          + "\(first.products.instructionSet), where the processor has \(able)",
        why: "products take longer, and their bits differ from others'",
        instead: "type unset \(name)")
    ]
  }
}
