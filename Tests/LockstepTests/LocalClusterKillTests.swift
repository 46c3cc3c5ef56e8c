import Foundation
import Support
import Testing

/// What is left of a cluster of `cluster/local` after a kill: nothing.
@Suite(.enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
struct LocalClusterKillTests {
  /// `remember` notes the namespaces of a keeper and of the daemons below it, which must be there;
  /// `await_end` waits until no process is in any of them, for ten seconds at most, and prints how
  /// many entries of /proc still are.
  private static let functions = """
    children() { cat /proc/$1/task/$1/children; }
    remember() {
      for holder in $(children $1); do first=$(children $holder); [ -z "$first" ] || break; done
      for id in $1 $(children $first); do readlink /proc/$id/ns/*; done | sort -u >theirs
      readlink /proc/$$/ns/* | sort | comm -13 - theirs >namespaces
      [ "$(left)" -gt 9 ] || exit 98
    }
    left() { readlink /proc/[0-9]*/ns/* 2>/dev/null | grep -cxFf namespaces; }
    await_end() {
      tries=200
      until [ "$(left)" = 0 ] || [ $((tries -= 1)) = 0 ]; do sleep 0.05; done
      left
    }
    await_file() { until [ -s $1 ]; do kill -0 $job || exit 97; sleep 0.01; done; }

    """

  private func run(_ script: String, _ words: [String]) throws -> Command.Outcome {
    let folder = try TemporaryFolder()
    return try Command(["sh", "-c", Self.functions + script, "sh"] + words)
      .run(seconds: 40, in: folder.url)
  }

  /// The keeper, the parent of its process namespace and the first process in that.
  @Test("a cluster that is killed can be made again", arguments: ["keeper", "holder", "first"])
  func cluster(victim: String) throws {
    let cluster = try LocalCluster()
    let script = """
      keeper=$1 victim=$2; shift 2
      "$@" sh -c 'sleep 100 & ssh node2 sleep 100 & echo up >up; wait' & job=$!
      await_file up
      remember $keeper
      eval "kill -KILL \\$$victim"
      await_end
      """
    let outcome = try run(script, [cluster.keeper(), victim] + cluster.words)
    #expect(outcome.output == "0\n", "\(outcome.reported)")
    #expect(try cluster.status().isEmpty)
    #expect(try cluster.run("true").status == 69)
    try cluster.up()
    #expect(try cluster.run("ssh node2 hostname").output == "node2\n")
  }

  /// So do a job and a process that it left in the background.
  @Test("hosts of one command go with it", arguments: ["KILL", "TERM"])
  func command(signal: String) throws {
    let script = """
      signal=$1; shift
      "$@" sh -c 'sleep 100 & ssh node2 sleep 100 & echo $$ >id; cp /run/keeper keeper; wait' & job=$!
      await_file keeper
      [ $(cat id) = $job ] || exit 96
      remember $(cat keeper)
      kill -$signal $job
      await_end
      """
    let outcome = try run(script, [signal] + Hosts.words([1, 1]))
    #expect(outcome.output == "0\n", "\(outcome.reported)")
  }

  @Test("a launcher that is killed takes its ranks with it")
  func launcher() throws {
    let script = """
      "$@" sh -c 'cp /run/keeper $(hostname); sleep 100' & job=$!
      await_file node1
      await_file node2
      remember $(cat node1)
      kill -KILL $job
      await_end
      """
    let outcome = try run(script, Hosts.words([2, 1]) + Library.onHosts)
    #expect(outcome.output == "0\n", "\(outcome.reported)")
  }

  @Test("hosts of two commands at once do not meet")
  func both() throws {
    let script = """
      for number in 1 2; do
        "$@" sh -c "ssh node2 'echo $number >/dev/shm/number'; touch $number
          until [ -e 1 ] && [ -e 2 ]; do sleep 0.01; done
          ssh node2 cat /dev/shm/number" >output$number &
      done
      wait
      cat output1 output2
      """
    let outcome = try run(script, Hosts.words([1, 1]))
    #expect(outcome.output == "1\n2\n", "\(outcome.reported)")
  }
}
