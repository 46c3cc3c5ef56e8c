import Foundation
import Support
import Testing

/// Runs that are killed at any moment, again and again, and resumed on any number of ranks.
///
/// `LOCKSTEP_KILL_RUNS` is how many; `LOCKSTEP_KILL_SEED` repeats what a failure tells of.
@Suite struct KillTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let runs = environment["LOCKSTEP_KILL_RUNS"].flatMap { Int($0) } ?? 3
  private static let seed =
    environment["LOCKSTEP_KILL_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...(.max))
  private static let epochs = 3

  /// The run that nobody interrupts; it lives as long as the process.
  private static let reference: Result<RunFolder, any Error> = Result {
    let folder = try RunFolder(SmallData(train: 2000, test: 300))
    try Job(words(folder, folder.run)).succeed()
    atexit { try? FileManager.default.removeItem(at: KillTests.reference.get().folder.url) }
    return folder
  }

  private static func words(_ folder: RunFolder, _ run: String) -> [String] {
    folder.trainWords(run: run) + ["--batch-size", "20", "--epochs", "\(epochs)"]
  }

  @Test("they end with the bits of one that nobody interrupted", arguments: 0..<runs)
  func bits(number: Int) throws {
    let reference = try Self.reference.get()
    var random = SplitMix64(state: Self.seed &+ UInt64(number))
    let story = "LOCKSTEP_KILL_SEED=\(Self.seed &+ UInt64(number)) LOCKSTEP_KILL_RUNS=1"
    let folder = try TemporaryFolder()
    let run = folder.url.appendingPathComponent("run").path
    let flags = Self.flags(&random)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let kill = Kill(&random)
      let job = Job(Self.words(reference, run) + flags, kill.launch)
      let outcome = try kill.run(job, lock: "\(run)/.lock")
      // No failure of ours, no time limit and, from 132 on, no crash.
      #expect(
        ![64, 65, 69, 70, 74, 124, 132, 133, 134, 135, 136, 139].contains(outcome.status),
        "\(kill) gave \(outcome.status): \(outcome.reported) \(story)")
    }
    let last = Job(
      Self.words(reference, run) + flags, .ranks(Int.random(in: 1...4, using: &random)))
    let outcome = try last.command.run(seconds: 60)
    #expect(outcome.status == 0, "\(outcome.reported) \(story)")
    try expectSameRun(run, reference.run, epochs: Self.epochs, anyRanks: true, "\(flags) \(story)")
    let names = try RunContents(run).names()
    #expect(!names.contains { $0.hasPrefix(".unfinished") || $0.hasSuffix(".partial") }, "\(story)")
    if flags.contains("--keep") {
      #expect(names.count { $0.hasPrefix("step-") } <= 3, "\(names) \(story)")
    }
  }

  private static func flags(_ random: inout SplitMix64) -> [String] {
    let interval = ["7", "20", "0.02s", "0.1s"].randomElement(using: &random)!
    return ["--checkpoint-every", interval] + (Bool.random(using: &random) ? ["--keep", "2"] : [])
  }
}

/// One way to interrupt a job.
private struct Kill: CustomStringConvertible {
  let signal: String
  /// The number of the rank; nil for mpirun, or for the process that is alone.
  let rank: Int?
  let launch: Launch
  let seconds: Double

  init(_ random: inout SplitMix64) {
    let ranks = Int.random(in: 0...4, using: &random)
    launch = ranks == 0 ? .alone : .ranks(ranks)
    let ways: [(String, Int?)] = [
      ("KILL", nil), ("USR1", nil), ("TERM", nil),
      (
        ["KILL", "USR1", "TERM"].randomElement(using: &random)!,
        Int.random(in: 0..<max(ranks, 1), using: &random)
      ),
    ]
    let way = ways.randomElement(using: &random)!
    (signal, rank) = (way.0, ranks == 0 ? nil : way.1)
    seconds = .random(in: 0.2..<2.5, using: &random)
  }

  var description: String {
    "SIG\(signal) to \(rank.map { "rank \($0)" } ?? "the job") of \(launch.testDescription) after \(seconds) s"
  }

  /// Starts `job`, interrupts it, and waits until no process of it has the run's lock: ranks
  /// outlive an mpirun that was killed by two seconds.
  func run(_ job: Job, lock: String) throws -> Command.Outcome {
    let script = """
      \(Library.ranksFunction)
      signal=$1 rank=$2 seconds=$3 lock=$4; shift 4
      "$@" & job=$!
      sleep "$seconds"
      target=$job all=$(ranks $job)
      if [ "$rank" -ge 0 ]; then
        set -- $(ranks $job)
        [ $# -le "$rank" ] || shift "$rank"
        target=${1:-$job}
      fi
      kill -"$signal" "$target" 2>/dev/null
      wait $job
      status=$?
      [ ! -e "$lock" ] || timeout 20 flock "$lock" true || exit 124
      # A rank whose mpirun was killed may wait in Open MPI for good.
      for rank in $all; do
        ! grep -qs -- "${lock%/.lock}" "/proc/$rank/cmdline" || kill -KILL "$rank" 2>/dev/null
      done
      exit $status
      """
    return try Command(
      ["sh", "-c", script, "sh", signal, "\(rank ?? -1)", "\(seconds)", lock] + job.command.words,
      environment: job.command.environment
    ).run(seconds: 60)
  }
}
