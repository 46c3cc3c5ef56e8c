@testable import Platform
import Support
import Testing

/// A job of one of the batch scripts on two ranks, interrupted while it trains.
struct SlurmJob {
  /// A batch script.
  enum Script: String, CaseIterable, CustomTestStringConvertible {
    case srun = "train.sbatch"
    case mpirun = "train-mpirun.sbatch"

    var testDescription: String { rawValue }

    /// The command that asks it to save and stop, as `--signal` does before the limit of time.
    var stop: String {
      switch self {
      case .srun: "scancel --signal=USR1"
      case .mpirun: "scancel --signal=USR1 --batch"
      }
    }
  }

  let script: Script
  /// Where the job's output goes.
  let log: String
  /// The run directory's rows, which tell that it trains.
  let metrics: String

  /// Submits it with flags of `lockstep train`, and applies one command after another to the job,
  /// each once a part of it has trained for some steps.
  ///
  /// Standard output then has the job's state, the exit code of its last part, and how often it was
  /// requeued: `COMPLETED 0:0 2`.
  func run(
    _ flags: [String], interrupted commands: [String] = [], environment: [String: String] = [:]
  ) throws -> Command.Outcome {
    let environment = Job.environment.merging(environment) { $1 }
      .merging(["LOCKSTEP_PROGRAM": Command.built("lockstep")]) { mine, _ in mine }
    let words = [Slurm.path(script.rawValue), log, metrics, commands.joined(separator: "\n")]
    return try Command(
      Slurm.words(cpus: 2) + ["bash", "-c", Self.driver, "bash"] + words + flags,
      environment: environment
    ).run(seconds: 120)
  }

  /// A part begins with a line in the log. Slurm holds a requeued job for longer than need be; a
  /// part that began in the second in which the last one ended would find its credential revoked.
  private static let driver = """
    script=$1 log=$2 metrics=$3; mapfile -t commands <<<"$4"; shift 4
    job=$(sbatch --parsable --ntasks-per-node=2 --output="$log" "$script" "$@") || exit
    told() { scontrol show job "$job" | tr ' ' '\\n' | sed -n "s/^$1=//p"; }
    count() { { grep -s "$1" "$2" || true; } | wc -l; }
    ended() {
      case $(told JobState) in
        PENDING)
          if [[ $(told Reason) == BeginTime ]]; then
            sleep 2
            scontrol update JobId="$job" StartTime=now
          fi
          ;;
        RUNNING | COMPLETING) ;;
        *) return 0 ;;
      esac
      return 1
    }
    part=0
    for command in "${commands[@]}"; do
      [[ -n $command ]] || continue
      until (($(count 'up to epoch' "$log") > part)); do ! ended || break 2; sleep 0.05; done
      rows=$(count step "$metrics")
      until (($(count step "$metrics") > rows + 20)); do ! ended || break 2; sleep 0.01; done
      $command "$job"
      ((part += 1))
    done
    until ended; do sleep 0.1; done
    echo "$(told JobState) $(told ExitCode) $(told Restarts)"
    tail -n 40 /run/slurm/slurmctld.log /run/slurm/slurmd.log >&2
    """
}
