import Foundation
import Support

/// `lockstep launch` of a run in a folder, on two ranks.
struct LaunchJob {
  let command: Command
  private let run: String

  /// Trains with the flags `train`, supervised with the flags `launch`.
  init(
    _ folder: RunFolder, _ train: [String], _ launch: [String] = [],
    on ranks: [String] = ["-n", "2"],
    environment: [String: String] = [:]
  ) {
    run = folder.run
    command = Command(
      [Command.built("lockstep"), "launch"] + ranks + launch + ["--"] + folder.trainWords() + train,
      environment: Job.environment.merging(environment) { $1 })
  }

  /// Starts it and sends a signal to each of `victims`, once the job has taken so many steps: to `launch`
  /// itself, to its `launcher`, to the `firstRank` or the `lastRank`; `waiting` is SIGTERM to `launch` once
  /// no job has the run, and none can get it. Standard output then tells the processes that are left, after
  /// `left:`.
  func killing(
    _ victims: [(name: String, step: Int)], by signal: String = "KILL", seconds: Int = 60
  ) throws -> Command.Outcome {
    let script = """
      \(Library.ranksFunction)
      run=$1 victims=$2 signal=$3; shift 3
      "$@" & launch=$!
      child() { read -r first rest </proc/$launch/task/$launch/children; echo $first; }
      for victim in $victims; do
        step=${victim#*:} name=${victim%:*}
        if [ $name = earlier ]; then
          until read -r done rest 2>/dev/null <$run/.lock && [ "${done:-0}" -lt "$step" ]; do
            sleep 0.01
          done
          continue
        fi
        until read -r done rest 2>/dev/null <$run/.lock && [ "${done:-0}" -ge "$step" ]; do
          kill -0 $launch || break 2
          sleep 0.01
        done
        case $name in
          launch) kill -$signal $launch ;;
          launcher) kill -$signal $(child) ;;
          firstRank) set -- $(ranks $(child)); kill -$signal $1 ;;
          lastRank) set -- $(ranks $(child)); kill -$signal $2 ;;
          waiting)
            exec 9<>$run/.lock
            flock 9
            while [ -n "$(child)" ]; do sleep 0.01; done
            kill -TERM $launch
            ;;
        esac
      done
      wait $launch
      status=$?
      for try in 1 2 3 4 5 6 7 8 9 10; do
        left=$(pgrep -f -- "^[^ ]*/lockstep train .* --run $run ")
        [ -n "$left" ] || break
        sleep 0.5
      done
      [ -z "$left" ] || { echo left: $left; kill -KILL $left; }
      exit $status
      """
    let list = victims.map { "\($0.name):\($0.step)" }.joined(separator: " ")
    // A shell without job control lets its children ignore SIGINT; env undoes that.
    let words = ["env", "--default-signal=INT"] + command.words
    return try Command(
      ["sh", "-c", script, "sh", run, list, signal] + words, environment: command.environment
    ).run(seconds: seconds)
  }
}

extension Command.Outcome {
  /// What `program` has told on standard error, without its name.
  func lines(of program: String) -> [Substring] {
    errors.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("\(program): ") }
      .map { $0.dropFirst(program.count + 2) }
  }
}
