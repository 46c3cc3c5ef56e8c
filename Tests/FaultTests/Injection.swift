import Foundation
import Support
import Testing

/// A fault that a shell injects into a job while it runs.
struct Injection {
  /// When: the words of sh that are true from then on. `$run` is the run directory, `$job` the process that
  /// was started.
  let condition: String
  /// What: the words of sh that do it. `ranks $job` prints the processes of a launcher's ranks. On
  /// pretended hosts the shell is on the first of them, `$cluster` is the path of `cluster/local`, and `on
  /// HOST NAME` prints the processes of that name on a host.
  let fault: String

  /// Once the metrics have a row of `step`.
  static func after(step: Int, _ fault: String) -> Injection {
    Injection(
      condition: #"grep -qs '"kind":"step".*"step":\#(step)[,}]' "$run/metrics.jsonl""#,
      fault: fault)
  }

  /// Runs `command` with the fault, and waits until it has ended and nobody has the run's lock any more.
  /// `hosts` are the slots of the pretended hosts of the command.
  ///
  /// - Returns: what came of it, and the seconds from the fault to the end of all.
  func run(
    _ command: Command, run: String, hosts: [Int]? = nil, seconds: Int = 60
  ) throws -> (outcome: Command.Outcome, seconds: Double) {
    let folder = try TemporaryFolder()
    let times = folder.path("times")
    let script = """
      \(Library.ranksFunction)
      on() { for id in $(pgrep -x $2); do [ ! /proc/$id/ns/net -ef /run/netns/$1 ] || echo $id; done; }
      run=$1 times=$2 cluster=$3; shift 3
      "$@" & job=$!
      until { \(condition); }; do kill -0 $job || exit 99; sleep 0.005; done
      cut -d" " -f1 /proc/uptime >"$times"
      \(fault)
      wait $job; status=$?
      [ ! -e "$run/.lock" ] || timeout 30 flock "$run/.lock" true || exit 98
      cut -d" " -f1 /proc/uptime >>"$times"
      exit $status
      """
    let place = hosts.map(Hosts.words) ?? []
    let outcome = try Command(
      place + ["sh", "-c", script, "sh", run, times, Hosts.script]
        + command.words.dropFirst(place.count), environment: command.environment
    ).run(seconds: seconds)
    let moments =
      (try? String(contentsOfFile: times, encoding: .utf8))?
      .split(separator: "\n").compactMap { Double($0) } ?? []
    guard moments.count == 2 else { return (outcome, 3600) }
    return (outcome, moments[1] - moments[0])
  }
}

extension RunFolder {
  /// Expects that the run, which a fault has ended, has a whole checkpoint of `most` steps at most before its
  /// last row, and that the same command makes of it what it is when nothing disturbs it. Returns how many
  /// steps were lost.
  @discardableResult
  func expectSameBits(
    _ words: [String], losing most: Int, on launch: Launch = .alone, _ comment: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Int {
    let last = try #require(try contents.steps("step").last)
    let latest = try contents.latest()
    #expect(try contents.isWhole(latest), "\(latest) \(comment)", sourceLocation: sourceLocation)
    let lost = last - (Int(latest.dropFirst(5)) ?? 0)
    #expect(lost <= most, "\(lost) steps lost \(comment)", sourceLocation: sourceLocation)
    let end = ["--max-steps", "\(last + 3)"]
    let other = try RunFolder()
    for (folder, launch) in [(self, launch), (other, .alone)] {
      try Job(folder.trainWords() + words + end, launch).succeed(sourceLocation: sourceLocation)
    }
    #expect(
      try contents.model() == other.contents.model(), "\(comment)", sourceLocation: sourceLocation)
    #expect(
      try contents.steps("step") == Array(1...last + 3), "\(comment)",
      sourceLocation: sourceLocation)
    return lost
  }
}

extension Job {
  /// ``command`` below a shell, which tells of a signal as mpirun does: 128 and its number.
  var inShell: Command {
    Command(
      ["sh", "-c", #""$@"; exit $?"#, "sh"] + command.words, environment: command.environment)
  }
}
