import Foundation
import Support
import Testing

/// Jobs whose ranks do not find one another. No launcher but Open MPI's tells ranks the names of hosts.
@Suite(
  .enabled(
    if: Hosts.obstacle == nil && Library.isOpenMPI, "\(Hosts.obstacle ?? "not Open MPI")"))
struct ConnectionTests {
  /// Through a pipe, which ends only when all that write to it have.
  @Test("a host that is cut off before its ranks find the others ends the job, and is named")
  func cutOff() throws {
    let folder = try RunFolder()
    let cluster = try LocalCluster()
    // Ranks begin once the cable is out.
    let rank = #"touch "$0/up-$$"; until [ -e "$0/go" ]; do sleep 0.05; done; exec "$@""#
    let script = """
      folder=$1 cluster=$2 name=$3; shift 3
      { "$@"; echo "code $?"; } 2>&1 | cat & job=$!
      until [ "$(ls "$folder" | grep -c ^up-)" = 2 ]; do kill -0 $job || exit 99; sleep 0.01; done
      "$cluster" cut node2 --name "$name"; touch "$folder/go"; wait $job
      """
    let path = folder.folder.url.path
    let job = cluster.words + Library.onHosts + ["sh", "-c", rank, path, Command.built("lockstep")]
    let environment = Job.environment.merging(["OMPI_MCA_btl": "self,vader,tcp"]) { $1 }
    let outcome = try Command(
      ["sh", "-c", script, "sh", path, Hosts.script, cluster.name] + job + folder.trainWords()
        + ["--connect-timeout", "6"],
      environment: environment
    ).run()
    let codes = ["\ncode 71\n", "\ncode 137\n"]
    #expect(codes.contains { outcome.output.hasSuffix($0) }, "\(outcome.reported)")
    let sentence =
      "lockstep: the ranks of this job have not all found one another in 3 s; no answer on the port of ssh "
      + "from node2: this host, node1, has eth0 10.0.0.1; "
    #expect(outcome.output.contains(sentence), "\(outcome.reported)")
  }

  /// Each is told that the other has an address of the network's which nobody has, so that what they send is
  /// lost; both reach the first host, and it them.
  @Test("hosts that cannot reach each other end the job, and are named")
  func apart() throws {
    let folder = try RunFolder()
    let script = """
      lose="lladdr 02:00:00:00:00:99 nud permanent dev eth0"
      ssh node2 ip neigh replace 10.0.0.3 $lose && ssh node3 ip neigh replace 10.0.0.2 $lose && exec "$@"
      """
    let words = Library.onHosts + [Command.built("lockstep")] + folder.trainWords()
    let outcome = try Command(
      Hosts.words([1, 1, 1]) + ["sh", "-c", script, "sh"] + words + ["--connect-timeout", "4"],
      environment: Job.environment.merging(Hosts.environment) { $1 }
    ).run()
    #expect(outcome.status == 71, "\(outcome.reported)")
    let pairs = [
      "rank 1 has had no answer from rank 2 on node3",
      "rank 2 has had no answer from rank 1 on node2",
    ]
    #expect(pairs.contains { outcome.reported.contains($0) }, "\(outcome.reported)")
    #expect(!outcome.reported.contains("rank 0 has"), "\(outcome.reported)")
  }

  @Test("hosts that find one another need no limit")
  func unlimited() throws {
    let folder = try RunFolder()
    try Job(
      folder.trainWords() + ["--epochs", "1", "--connect-timeout", "0"], .hosts([1, 1])
    ).succeed()
  }
}
