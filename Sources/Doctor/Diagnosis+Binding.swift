internal import Platform

extension Diagnosis {
  /// Ranks that are bound to too few of a machine's cores, to CPUs that their launcher may not use, or
  /// not at all.
  static func bindingProblems(_ machine: MachineUse) -> [Problem] {
    // Where ranks must share cores in any case, binding them would make things worse.
    guard machine.threadCount <= machine.coreCount, machine.coreCount > 1 else { return [] }
    if let problem = undoneMask(machine) { return [problem] }
    if let problem = crowding(machine) { return [problem] }
    guard machine.ranks.count > 1, machine.processor.allowed == machine.processor.online,
      Set(machine.ranks.map(\.node)).count == 1
    else { return [] }
    let loose = machine.ranks.filter { machine.processor.cores(of: $0.cpus).count > $0.threads }
    guard let first = loose.first else { return [] }
    let cores = machine.processor.cores(of: first.cpus).count
    return [
      Problem(
        "unbound",
        "\(Wording.ranks(loose)) may run on any of \(cores) cores",
        why: "a rank that is moved leaves its cache behind",
        instead: "type \(machine.advice.binding(threads: first.threads))")
    ]
  }

  /// Ranks that may run on CPUs beyond those to which their launcher was confined, for instance by
  /// taskset.
  private static func undoneMask(_ machine: MachineUse) -> Problem? {
    let ranks = machine.ranks.filter { rank in
      rank.launched != nil
        && rank.parentCPUs.map { $0.intersection(rank.cpus) != rank.cpus } ?? false
    }
    guard let first = ranks.first, let mask = first.parentCPUs else { return nil }
    return Problem(
      "mask",
      "\(Wording.ranks(ranks)) may run on \(Wording.list("CPU", first.cpus.numbers)), where the "
        + "launcher was confined to \(Wording.list("CPU", mask.numbers))",
      why: "it binds ranks without regard to taskset, and others may be at work there",
      instead: "type \(machine.advice.keeping(mask))")
  }

  /// The smallest set of cores with fewer cores than threads that are bound to cores of the set.
  private static func crowding(_ machine: MachineUse) -> Problem? {
    let bound = machine.ranks.map { ($0, machine.processor.cores(of: $0.cpus)) }
    let places = Set(bound.map(\.1)).sorted {
      ($0.count, $0.min() ?? 0) < ($1.count, $1.min() ?? 0)
    }
    for place in places {
      let ranks = bound.filter { $0.1.isSubset(of: place) }.map(\.0)
      guard ranks.reduce(0, { $0 + $1.threads }) > place.count else { continue }
      let cpus = CPUList(place.flatMap { machine.processor.cores[$0].numbers })
      let threads = ranks[0].threads
      return Problem(
        "crowded",
        "\(subject(ranks, threads)) bound to \(Wording.list("CPU", cpus.numbers)) of \(machine.host)",
        why: "they take turns there while other cores are idle", instead: advice(machine, threads))
    }
    return nil
  }

  /// "ranks 0 and 1 are", "ranks 0 and 1, with 2 threads each, are", "the 2 threads of rank 3 are".
  private static func subject(_ ranks: [RankFindings], _ threads: Int) -> String {
    let who = Wording.ranks(ranks)
    if ranks.count == 1 { return "the \(Wording.count(threads, "thread")) of \(who) are" }
    return threads > 1 ? "\(who), with \(threads) threads each, are" : "\(who) are"
  }

  private static func advice(_ machine: MachineUse, _ threads: Int) -> Sentence {
    if Set(machine.ranks.map(\.node)).count > 1 {
      return "these hosts are one machine, so type \(machine.advice.noBinding)"
    }
    return "type \(machine.advice.binding(threads: threads))"
  }
}
