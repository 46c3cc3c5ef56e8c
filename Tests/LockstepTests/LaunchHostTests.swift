import Foundation
import Support
import Testing

/// `lockstep launch` on several hosts, of which one is lost.
@Suite(
  .enabled(
    if: Hosts.obstacle == nil && Library.isOpenMPI, "\(Hosts.obstacle ?? "not Open MPI")"))
struct LaunchHostTests {
  /// Six hundred steps, of which each takes some milliseconds.
  private static let words = [
    "--epochs", "6", "--batch-size", "20", "--hidden", "100", "--checkpoint-every", "20",
  ]
  private static let data = SmallData(train: 2000, rows: 28, columns: 28)

  /// Runs on two hosts with the flags `launch`, calls the shell's function `trouble` after step 50, and
  /// waits for the end.
  private func run(
    _ folder: RunFolder, _ launch: [String], trouble: String
  ) throws -> Command.Outcome {
    let cluster = try LocalCluster()
    let script = """
      run=$1 cluster=$2 name=$3; shift 3
      cut() { "$cluster" cut node2 --name "$name"; }
      heal() { "$cluster" heal node2 --name "$name"; }
      # The daemon is the parent of the rank, which no mpirun has started.
      daemon() {
        for rank in $(pgrep -f -- "^[^ ]*/lockstep train .* --run $run "); do
          parent=$(ps -o ppid= -p $rank)
          case $(ps -o comm= -p $parent) in orted | prted) echo $parent ;; esac
        done
      }
      trouble() { \(trouble); }
      "$@" & job=$!
      until read -r done rest 2>/dev/null <$run/.lock && [ "${done:-0}" -ge 50 ]; do
        kill -0 $job || exit 99
        sleep 0.01
      done
      trouble
      wait $job
      """
    let words =
      cluster.words + [Command.built("lockstep"), "launch", "--hostfile", "/run/hostfile"] + launch
      + ["--"] + folder.trainWords() + Self.words
    return try Command(
      ["sh", "-c", script, "sh", folder.run, Hosts.script, cluster.name] + words,
      environment: Job.environment.merging(Hosts.environment) { $1 }
    ).run(seconds: 120)
  }

  private func expectReference(_ folder: RunFolder, _ outcome: Command.Outcome) throws {
    let reference = folder.path("reference")
    try Job(folder.trainWords(run: reference) + Self.words).succeed()
    #expect(outcome.status == 0, "\(outcome.reported)")
    try expectSameRun(folder.run, reference, epochs: 6, anyRanks: true, outcome.reported)
  }

  @Test(
    "a host that is cut off for good is left out, and the run has the bits of one that lost nothing"
  )
  func cut() throws {
    let folder = try RunFolder(Self.data)
    let outcome = try run(folder, ["--stall-abort", "4"], trouble: "cut")
    try expectReference(folder, outcome)
    let sentence =
      /.*, after step .*; lost: \d+ steps?, [\d.]+ s; no answer from node2; restart 1 of 3 goes on from the checkpoint of step \d+ on 1 rank of node1/
    #expect(
      outcome.lines(of: "lockstep launch").contains { $0.wholeMatch(of: sentence) != nil },
      "\(outcome.reported)")
    #expect(outcome.reported.contains("no progress on node1 for 4 s"), "\(outcome.reported)")
  }

  @Test("with too few ranks it waits for the host, and goes on when that is back")
  func heal() throws {
    let folder = try RunFolder(Self.data)
    let outcome = try run(
      folder, ["--stall-abort", "4", "--min-ranks", "2", "--max-restarts", "9"],
      trouble: "cut; sleep 25; heal")
    try expectReference(folder, outcome)
    let told = outcome.lines(of: "lockstep launch")
    #expect(
      told.contains {
        $0.contains("the machines left have 1 rank, fewer than --min-ranks 2; asking again")
      }, "\(outcome.reported)")
    #expect(told.last?.hasSuffix("on 2 ranks of node1, node2") ?? false, "\(outcome.reported)")
  }

  @Test("without enough ranks it ends")
  func few() throws {
    let folder = try RunFolder(Self.data)
    let outcome = try run(
      folder, ["--stall-abort", "4", "--min-ranks", "2", "--max-restarts", "2"], trouble: "cut")
    #expect(outcome.status == 69, "\(outcome.reported)")
    #expect(
      outcome.lines(of: "lockstep launch").last?.hasSuffix(
        "fewer than --min-ranks 2; the same command goes on once they answer") ?? false,
      "\(outcome.reported)")
  }

  @Test("a daemon that is killed takes no host with it")
  func daemon() throws {
    let folder = try RunFolder(Self.data)
    let outcome = try run(folder, [], trouble: "kill -KILL $(daemon)")
    try expectReference(folder, outcome)
    let told = outcome.lines(of: "lockstep launch")
    #expect(told.last?.hasSuffix("on 2 ranks of node1, node2") ?? false, "\(outcome.reported)")
  }

  @Test("a daemon that is stopped does not keep ranks that have done their work for ever")
  func stoppedDaemon() throws {
    let folder = try RunFolder(Self.data)
    let outcome = try run(folder, ["--stall-abort", "4"], trouble: "kill -STOP $(daemon)")
    try expectReference(folder, outcome)
    for words in [
      "all is done, but the job does not end: rank 0 on node1 has waited for the others for 4 s; ",
      "; the job ends, as --stall-abort asks for",
    ] {
      #expect(outcome.reported.contains(words), "\(outcome.reported)")
    }
  }
}
