import Foundation
import Support
import Testing

/// Ranks that stand still while others wait for them.
@Suite struct StallTests {
  /// So many images that a rank is stopped in a step, and not in an evaluation.
  static let data = SmallData(train: 60_000, test: 50)

  /// Starts the job, stops one of its ranks while it trains, lets it go on after so many seconds, or never,
  /// and ends it by SIGUSR1 once it trains again.
  private func outcome(
    _ job: Job, _ folder: RunFolder, stopped rank: Int, seconds: Double?
  ) throws -> Command.Outcome {
    let script = """
      \(Library.ranksFunction)
      metrics=$1 rank=$2 seconds=$3; shift 3
      steps() { grep -c '"step"' "$metrics" 2>/dev/null; }
      pass() { until [ "$(steps)" -gt "$1" ]; do kill -0 $job || exit 99; sleep 0.01; done; }
      "$@" & job=$!
      pass 3
      for id in $(ranks $job); do
        if tr '\\0' '\\n' <"/proc/$id/environ" | grep -Eqx "(OMPI_COMM_WORLD_RANK|PMI_RANK)=$rank"; then break; fi
      done
      kill -STOP $id
      if [ "$seconds" ]; then
        sleep "$seconds"; kill -CONT $id; sleep 1.5; pass "$(steps)"; kill -USR1 $id
      fi
      wait $job
      """
    let words =
      ["sh", "-c", script, "sh", "\(folder.run)/metrics.jsonl", "\(rank)"]
      + [seconds.map { "\($0)" } ?? ""]
    return try Command(words + job.command.words, environment: job.command.environment).run()
  }

  @Test("a rank that is stopped is named, and the run goes on with it", arguments: [0, 1])
  func stopped(rank: Int) throws {
    let folder = try RunFolder(Self.data)
    let job = folder.train(
      "--epochs", "100000", "--log-every", "1", "--stall-warning", "1", on: .ranks(2))
    let outcome = try outcome(job, folder, stopped: rank, seconds: 2)
    #expect(outcome.status == 75, "\(outcome.reported)")
    let told = outcome.reported
    #expect(told.contains(#/lockstep: no progress on \S+ for 1 s, in step \d+; rank /#), "\(told)")
    let stopped = Regex<Substring>(
      verbatim: "; rank \(rank): stopped by a signal, which kill -CONT ")
    #expect(told.contains(stopped), "\(told)")
    #expect(told.contains("; rank \(1 - rank): waiting for this host's other ranks"), "\(told)")
    #expect(told.contains(#/lockstep: \S+ gets on again after \d s/#), "\(told)")
    #expect(
      told.contains(#/lockstep: rank \d on \S+ did not run for \d s: it was stopped/#), "\(told)")
  }

  @Test("a job that stands still ends where that is asked for")
  func abort() throws {
    let folder = try RunFolder(Self.data)
    let job = folder.train(
      "--epochs", "100000", "--log-every", "1", "--checkpoint-every", "1", "--stall-warning", "0",
      "--stall-abort", "2", on: .ranks(2))
    let outcome = try outcome(job, folder, stopped: 1, seconds: nil)
    #expect(outcome.status == 71, "\(outcome.reported)")
    #expect(
      outcome.reported.contains("; the job ends, as --stall-abort asks for"), "\(outcome.reported)")
    // The same command goes on.
    let step = try #require(try folder.contents.steps("step").last)
    try folder.train(
      "--epochs", "100000", "--log-every", "1", "--max-steps", "\(step + 3)", on: .ranks(2)
    ).succeed()
  }

  @Test("one process has nobody to wait for, and is watched all the same")
  func alone() throws {
    let folder = try RunFolder(Self.data)
    let outcome = try folder.train(
      "--max-steps", "200", "--stall-warning", "1", "--stall-abort", "1"
    )
    .succeed()
    #expect(!outcome.reported.contains("no progress"), "\(outcome.reported)")
  }
}

/// The same between hosts.
@Suite(.enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
struct HostStallTests {
  /// Open MPI's mpirun waits for a host that is cut off until it is killed.
  @Test("a host that is cut off in training ends the job, and is named")
  func cutOff() throws {
    let folder = try RunFolder(StallTests.data)
    let cluster = try LocalCluster()
    let script = """
      metrics=$1 cluster=$2 name=$3; shift 3
      { "$@"; echo "code $?"; } 2>&1 | cat & job=$!
      until [ "$(grep -c '"step"' "$metrics" 2>/dev/null)" -gt 3 ]; do kill -0 $job || exit 99; sleep 0.01; done
      "$cluster" cut node2 --name "$name"; wait $job
      """
    let words =
      ["sh", "-c", script, "sh", "\(folder.run)/metrics.jsonl", Hosts.script, cluster.name]
      + cluster.words + Library.onHosts + [Command.built("lockstep")] + folder.trainWords()
      + ["--epochs", "100000", "--log-every", "1", "--stall-warning", "1", "--stall-abort", "4"]
    let environment = Job.environment.merging(["OMPI_MCA_btl": "self,vader,tcp"]) { $1 }
    let outcome = try Command(words, environment: environment).run()
    let codes = ["\ncode 71\n", "\ncode 137\n"]
    #expect(codes.contains { outcome.output.contains($0) }, "\(outcome.reported)")
    #expect(
      outcome.output.contains(
        #/lockstep: no progress on node1 for 1 s, in step \d+; rank 0: waiting for rank 1 on node2; no answer on the port of ssh from node2/#
      ), "\(outcome.reported)")
    #expect(
      outcome.output.contains("what this host sends to 10.0.0.2 is not acknowledged; the job ends"))
  }
}
