import Foundation
import Support
import Testing

/// A cluster of `cluster/local` that stays up.
@Suite(.enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
struct LocalClusterUpTests {
  @Test("a cluster is up until it is taken down")
  func up() throws {
    let cluster = try LocalCluster(slots: [2, 1])
    #expect(
      try cluster.status() == [
        ["node1", "slots=2", "unlimited", "up"], ["node2", "slots=1", "unlimited", "up"],
      ])
    let launcher = Library.onHosts.joined(separator: " ")
    let names = try cluster.run("\(launcher) hostname | sort | tr '\\n' ' '")
    #expect(names.output == "node1 node1 node2 ", "\(names.errors)")
    let again = try cluster.call("up", "2", status: 69)
    #expect(again.errors.split(separator: "\n").count == 1)
    #expect(again.errors.contains("is up already"))
    try cluster.call("down")
    #expect(try cluster.status().isEmpty)
    #expect(try cluster.call("down").errors.contains("no cluster '\(cluster.name)' is up"))
    #expect(try cluster.run("true").status == 69)
    try cluster.up()
    #expect(try cluster.run("ssh node2 hostname").output == "node2\n")
  }

  @Test("clusters of two names know nothing of each other")
  func names() throws {
    let clusters = try [LocalCluster(), LocalCluster()]
    for cluster in clusters {
      #expect(try cluster.run("ssh node2 'echo \(cluster.name) >/dev/shm/name'").status == 0)
    }
    try clusters[0].call("cut", "node2")
    for cluster in clusters {
      let told = try cluster.run("timeout 2 ssh node2 cat /dev/shm/name").output
      #expect(told == (cluster === clusters[0] ? "" : "\(cluster.name)\n"))
    }
    try clusters[0].call("down")
    #expect(try clusters[1].status().count == 2)
  }

  /// Five megabytes less the 256 kB that go at once take 0.95 s at 40 Mbit/s.
  @Test("a host sends no faster than its rate, which a cut cable leaves")
  func shape() throws {
    let cluster = try LocalCluster()
    func seconds() throws -> Double {
      let start = ContinuousClock.now
      let line = "head -c 5000000 /dev/zero | ssh node2 'cat >/dev/null'"
      #expect(try cluster.run(line).status == 0)
      return (ContinuousClock.now - start) / .seconds(1)
    }
    try cluster.call("shape", "node1", "--rate", "40mbit")
    #expect(try seconds() > 0.95)
    try cluster.call("cut", "node1")
    #expect(try cluster.run("timeout 1 ssh node2 true").status == 124)
    #expect(try cluster.status()[0] == ["node1", "slots=1", "40Mbit", "cut"])
    try cluster.call("heal", "node1")
    #expect(try cluster.status()[0] == ["node1", "slots=1", "40Mbit", "up"])
    #expect(try seconds() > 0.95)
    for _ in 0..<2 { try cluster.call("shape", "node1") }
    #expect(try cluster.status()[0] == ["node1", "slots=1", "unlimited", "up"])
    #expect(try seconds() < 0.95)
  }

  @Test("only its own hosts can be named", arguments: ["node3", "node0", "bridge", "../keeper"])
  func stranger(host: String) throws {
    let cluster = try LocalCluster()
    #expect(try cluster.call("cut", host, status: 64).errors.contains("there is no host"))
  }

  @Test("the machine itself stays as it is")
  func machine() throws {
    let line = """
      cat /proc/self/mountinfo /etc/hosts /etc/shadow; ip -oneline link; ip netns; hostname
      ls -lAR --time-style=full-iso /etc/ssh /dev/shm
      ls -lAR --time-style=full-iso /root/.ssh /run/sshd /run/netns /var/log/wtmp 2>&1
      """
    let before = try Command(["sh", "-c", line]).run(seconds: 20).output
    let cluster = try LocalCluster()
    #expect(try cluster.run("ssh -tt node2 true").status == 0)
    #expect(try Command(["sh", "-c", line]).run(seconds: 20).output == before)
  }

  @Test("training goes on when a cable is plugged in again")
  func training() throws {
    let folder = try RunFolder()
    let cluster = try LocalCluster()
    let words = folder.trainWords() + ["--epochs", "100000"]
    // See Signalled.swift: of MPICH a rank is asked.
    let target = Library.isOpenMPI ? "$job" : "$(ranks $job)"
    let script = """
      \(Library.ranksFunction)
      steps() { grep -c '"kind":"step"' "$metrics" 2>/dev/null; }
      until_more() { until [ "$(steps)" -gt $1 ]; do kill -0 $job || exit 99; sleep 0.01; done; }
      metrics=$1 cluster=$2 name=$3; shift 3
      "$@" & job=$!
      until_more 5
      "$cluster" cut node2 --name "$name"; sleep 0.3; before=$(steps); sleep 0.7; cut=$(steps)
      "$cluster" heal node2 --name "$name"; until_more $cut
      set -- \(target); kill -USR1 $1; wait $job; echo $? $((cut - before))
      """
    let job = cluster.words + Library.onHosts + [Command.built("lockstep")] + words
    let environment = Job.environment.merging(["OMPI_MCA_btl": "self,vader,tcp"]) { $1 }
    let outcome = try Command(
      ["sh", "-c", script, "sh", "\(folder.run)/metrics.jsonl", Hosts.script, cluster.name] + job,
      environment: environment
    ).run()
    #expect(outcome.output.hasSuffix("75 0\n"), "\(outcome.reported)")
  }

  /// mpirun would wait for the host for minutes.
}
