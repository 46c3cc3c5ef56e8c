internal import Platform
internal import Ranks

/// The problems that will make a job slow or fail, worked out from the findings of its ranks.
struct Diagnosis {
  /// The problems, in a fixed order of their kinds.
  let problems: [Problem]

  /// Looks for every kind of problem in `job`.
  init(_ job: JobFindings) {
    let machines = job.machines.map { MachineUse($0) }
    problems =
      Self.launcherProblems(job)
      + machines.flatMap {
        Self.processorProblems($0, isWholeJob: machines.count == 1)
      }
      + machines.flatMap { Self.bindingProblems($0) } + Self.threadProblems(job)
      + Self.productProblems(job) + Self.nodeProblems(job) + Self.memoryProblems(job)
      + Self.transportProblems(job) + Self.dataProblems(job)
  }
}

/// Something that will be slow or fail.
struct Problem: Codable, Equatable {
  /// A name that does not change between versions, by which programs recognise the problem.
  let name: String

  /// What was found.
  let what: Sentence

  /// Why it matters.
  let why: Sentence

  /// What to type or to do instead.
  let instead: Sentence

  init(_ name: String, _ what: Sentence, why: Sentence, instead: Sentence) {
    self.name = name
    self.what = what
    self.why = why
    self.instead = instead
  }

  /// One line.
  var sentence: Sentence { "warning: \(what): \(why); \(instead)" }
}

extension Diagnosis {
  /// Processes that one launcher started and MPI does not connect, and ranks that differ in program or MPI
  /// library.
  static func launcherProblems(_ job: JobFindings) -> [Problem] {
    let first = job.ranks[0]
    let strangers = Strangers(
      ranks: job.ranks.count, launched: first.launched, tasks: first.slurmTasks,
      library: first.transport.library, command: nil)
    var problems: [Problem] =
      strangers.map { strangers in
        [
          Problem(
            "launcher", Sentence(strangers.what), why: "each would train a model of its own",
            instead: Sentence(strangers.instead))
        ]
      } ?? []
    let program = job.ranks[0].program
    if let other = job.ranks.first(where: { $0.program != program }) {
      problems.append(
        Problem(
          "program", "rank \(other.rank) on \(other.host) runs another program than rank 0",
          why: "training refuses that", instead: "copy one build to all hosts"))
    }
    let library = job.ranks[0].transport.library
    if let other = job.ranks.first(where: { $0.transport.library != library }) {
      problems.append(
        Problem(
          "library",
          "rank \(other.rank) on \(other.host) has \(other.transport.library), "
            + "rank 0 \(library)",
          why: "a job with different versions may hang", instead: "install one version on all hosts"
        ))
    }
    return problems
  }

  /// Nodes with unequal numbers of ranks.
  static func nodeProblems(_ job: JobFindings) -> [Problem] {
    let counts = job.nodes.map(\.count)
    guard let least = counts.min(), let most = counts.max(), least < most else { return [] }
    let idle = counts.reduce(0) { $0 + $1 - least }
    return [
      Problem(
        "uneven-nodes", "nodes have from \(least) to \(most) ranks",
        why:
          "gradients are divided among \(least) ranks of each node, so \(Wording.count(idle, "rank")) only "
          + "\(idle == 1 ? "runs" : "run") forward and backward",
        instead: "give every host the same slots")
    ]
  }

  /// Data that are damaged, or missing on rank zero's host. On another host data may be missing: rank
  /// zero sends its data there.
  static func dataProblems(_ job: JobFindings) -> [Problem] {
    let bad = job.ranks.filter { rank in
      rank.data.map { $0.problem != nil && (rank.rank == 0 || !$0.isMissing) } ?? false
    }
    guard let first = bad.first, let problem = first.data?.problem else { return [] }
    let place = job.nodes.count > 1 ? "on \(Wording.hosts(bad.map { [$0] })), " : ""
    return [
      Problem(
        "data", "\(place)\(problem)", why: "training does not begin",
        instead: first.data?.advice
          ?? "type scripts/fetch-mnist, or name the folder with \(setting: .data)")
    ]
  }
}
