internal import Glibc
package import Platform

/// The training command that a supervisor starts, spelled by the room that knows the flags.
package protocol TrainingCommand {
  /// The run directory.
  var run: String { get }

  /// The number of threads of each rank.
  var threads: Int { get }

  /// Whether training begins anew, whatever the run directory has.
  var beginsAnew: Bool { get }

  /// The seconds after which training is to stop, counted from the first job's start; nil for never.
  var stopAfter: Double? { get }

  /// The seconds of its own after which a job whose ranks stand still ends itself; 0 where it has none.
  var stallAbort: Double { get }

  /// The seconds within which a job has ended whose ranks do not find one another; 0 for never.
  var connectTimeout: Double { get }

  /// The names of the environment's variables that give flags.
  var variables: [String] { get }

  /// Spells the command line of a rank.
  ///
  /// - Parameters:
  ///   - start: where training begins.
  ///   - stopAfter: as ``stopAfter``, counted from this job's start.
  ///   - stallAbort: the seconds after which a job whose ranks stand still ends itself; 0 for never.
  /// - Returns: the words that start a rank, with the program's path first.
  func words(_ start: TrainingOrigin, stopAfter: Double?, stallAbort: Double) -> [String]
}

/// Where a job of a supervisor begins to train.
package enum TrainingOrigin: Sendable {
  /// Where the user has said.
  case asAsked
  /// With the newest checkpoint of the run, which an earlier job of the supervisor has begun.
  case newest
}

/// What a supervisor is asked for.
package struct LaunchRequest {
  /// The number of ranks; nil for one for each core or slot.
  package var ranks: Int?

  /// The machines.
  package var machines = Machines.none

  /// How often a job that has died is followed by another.
  package var maxRestarts = 3

  /// The fewest ranks to go on with.
  package var minRanks = 1

  /// The path of the launcher; nil for that of this program's MPI, or Slurm's in an allocation of it.
  package var launcher: String?

  /// The seconds after which a job whose ranks stand still ends itself; 0 for never. Without the end of a
  /// step it is taken for dead after ten times as many.
  package var stallAbort = 120.0

  /// The seconds that SIGTERM leaves ranks to save.
  package var stopWithin = 60.0

  /// Variables that the ranks get beside this process's own.
  package var environment: [String: String] = [:]

  /// A request for the defaults.
  package init() {}
}

/// Is told what a supervisor does.
package protocol LaunchObserver {
  /// Something that people want to know.
  func tell(_ sentence: Sentence)

  /// A job has died, and another goes on.
  func restarts(_ restart: Restart)
}

/// What is told when a job has died and another goes on.
package struct Restart {
  /// The number of this restart, from 1, and how many there may be.
  package let number: Int
  package let limit: Int
  /// What has ended the job, and its code.
  package let reason: Sentence
  package let code: Int32
  /// The last step of the job that has died; nil where it had not begun to train.
  package let step: Int?
  /// The step of the checkpoint from which the next goes on; 0 where there is none.
  package let checkpoint: Int
  /// The steps that are to be taken again, and the seconds since the checkpoint, or since the job began.
  package let lostSteps: Int
  package let lostSeconds: Double
  /// The number of ranks of the next job; nil where the launcher decides.
  package let ranks: Int?
  /// Its machines, and those that do not answer; both empty where the job is on this machine alone.
  package let hosts: [String]
  package let lostHosts: [String]

  /// The whole in a sentence.
  package var sentence: Sentence {
    let last = step.map { "after step \($0.grouped)" } ?? "before it trained"
    let from =
      checkpoint > 0 ? "from the checkpoint of step \(checkpoint.grouped)" : "from the beginning"
    let lost =
      "lost: \(Wording.count(lostSteps, "step")), \(NumberText.trimmed(lostSeconds, places: 1)) s"
    let silent = lostHosts.isEmpty ? "" : "; no answer from \(Wording.hosts(lostHosts))"
    let place =
      (ranks.map { " on \(Wording.count($0, "rank"))" } ?? "")
      + (hosts.isEmpty ? "" : " of \(Wording.hosts(hosts))")
    return
      "\(reason), \(last); \(lost)\(silent); restart \(number) of \(limit) goes on \(from)\(place)"
  }
}
