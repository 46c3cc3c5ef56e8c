internal import Platform

extension Diagnosis {
  /// A number of threads per rank that the variable OMP_NUM_THREADS asks for, without effect.
  static func threadProblems(_ job: JobFindings) -> [Problem] {
    let first = job.ranks[0]
    guard let wanted = first.wantedThreads, wanted > 1, first.threads == 1 else { return [] }
    return [
      Problem(
        "threads", "OMP_NUM_THREADS=\(first.environment["OMP_NUM_THREADS"] ?? "") is set",
        why: "it changes nothing, each rank has one thread",
        instead: "start more ranks, or type \(setting: .threadsPerRank, wanted)")
    ]
  }

  /// More threads than a machine has cores, or than a control group allows CPU time for; and a slow
  /// clock. `isWholeJob` is whether all ranks of the job run on the machine.
  static func processorProblems(_ machine: MachineUse, isWholeJob: Bool) -> [Problem] {
    var problems: [Problem] = []
    if let problem = overload(machine, isWholeJob) {
      problems.append(problem)
      if machine.ranks.contains(where: { $0.transport.yields == false }) {
        problems.append(
          Problem(
            "spinning", "ranks on \(machine.host) wait without leaving the core to others",
            why: "a step takes milliseconds more",
            instead: "type \(machine.advice.setting("mpi_yield_when_idle", "1"))"))
      }
    }
    if let governor = machine.processor.slowGovernor {
      problems.append(
        Problem(
          "governor", "the clock of \(machine.host) is set to '\(governor)'",
          why: "products run at a fraction of the speed",
          instead: "type cpupower frequency-set -g performance"))
    }
    return problems
  }

  private static func overload(_ machine: MachineUse, _ isWholeJob: Bool) -> Problem? {
    let (threads, cores, best) = (machine.threadCount, machine.coreCount, machine.bestRankCount)
    let instead: Sentence =
      isWholeJob
      ? "type \(machine.advice.training(ranks: best))"
      : "give it \(best == 1 ? "one slot" : "\(best) slots")"
    let here = "\(machine.load) on \(machine.host)"
    if threads > machine.usable.count {
      return Problem(
        "oversubscribed", "\(here) share \(Wording.count(cores, "core"))",
        why: "they take turns and wait for one another", instead: instead)
    }
    if threads > cores {
      return Problem(
        "hardware-threads",
        "\(here) use \(machine.usable.count) hardware threads of \(Wording.count(cores, "core"))",
        why: "the hardware threads of a core share its arithmetic units", instead: instead)
    }
    if let quota = machine.processor.quota, Double(threads) > quota + 0.01 {
      return Problem(
        "quota",
        "\(here) may use the time of \(NumberText.trimmed(quota, places: 2)) CPUs (a control group's quota)",
        why: "they are all stopped when it is used up",
        instead: "\(instead), or raise the container's CPU limit")
    }
    return nil
  }
}
