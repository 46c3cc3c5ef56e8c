import Foundation
import Support
import Testing

/// The hosts that `cluster/local` makes, and what is in reach of them.
@Suite(.enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
struct LocalClusterTests {
  /// What a line of shell does on the first of some hosts that are made for it.
  private func run(
    _ slots: [Int], _ line: String, environment: [String: String] = [:]
  ) throws -> Command.Outcome {
    try Command(Hosts.words(slots) + ["sh", "-c", line], environment: environment).run(seconds: 30)
  }

  private func lines(_ text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).map(String.init)
  }

  @Test(
    "the launcher starts ranks on every host, from any host",
    arguments: ["", "ssh node2 "],
    [([1, 1], ["node1", "node2"]), ([2, 1, 1], ["node1", "node1", "node2", "node3"])])
  func ranks(from: String, hosts: ([Int], [String])) throws {
    let launcher = Library.onHosts.joined(separator: " ")
    // mpirun of Open MPI 5.0.7 may wait for ever where ranks end as soon as they have begun.
    let folder = try TemporaryFolder()
    let script = try folder.file("name", Array("hostname\nsleep 0.3\n".utf8))
    let outcome = try run(hosts.0, "\(from)\(launcher) sh \(script)")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(lines(outcome.output).sorted() == hosts.1)
  }

  @Test(
    "mpirun's own files are not in /tmp, which other users and later jobs see",
    .enabled(if: Library.isOpenMPI4, "other launchers make none, or name them otherwise"))
  func folders() throws {
    let outcome = try run([1, 1], "mpirun sh -c 'ls -d /run/ompi.$(hostname).*'")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(lines(outcome.output).contains { $0.hasPrefix("/run/ompi.node1.") })
    #expect(lines(outcome.output).contains { $0.hasPrefix("/run/ompi.node2.") })
  }

  @Test("a host has shared memory and a network of its own, and no way out")
  func apart() throws {
    let outcome = try run(
      [1, 1],
      """
      touch /dev/shm/mine && ssh node2 'ls -A /dev/shm | wc -l'
      ip -oneline link | cut -d' ' -f2 | cut -d@ -f1
      ip route | cut -d' ' -f1-3
      """)
    #expect(lines(outcome.output) == ["0", "lo:", "eth0", "10.0.0.0/24 dev eth0"])
  }

  @Test("a command has the folder, the environment and the exit code it would have")
  func command() throws {
    let folder = try TemporaryFolder()
    let script = "pwd; echo $LOCKSTEP_TEST; exit 75"
    let outcome = try Command(
      Hosts.words([1]) + ["sh", "-c", script], environment: ["LOCKSTEP_TEST": "a word"]
    ).run(seconds: 20, in: folder.url)
    #expect(outcome.status == 75)
    #expect(lines(outcome.output) == [folder.url.resolvingSymlinksInPath().path, "a word"])
    #expect(outcome.told.isEmpty, "\(outcome.errors)")
  }

  @Test("a signal to the script reaches the command", arguments: ["USR1", "TERM", "INT"])
  func signal(name: String) throws {
    let folder = try TemporaryFolder()
    let script = """
      cd "$1"; signal=$2; shift 2
      line="trap 'exit 7' $signal; touch up; while :; do sleep 0.01; done"
      env --default-signal=INT "$@" sh -c "$line" & job=$!
      until [ -e up ]; do kill -0 $job || exit 99; sleep 0.01; done
      kill -$signal $job
      wait $job
      """
    let outcome = try Command(
      ["sh", "-c", script, "sh", folder.url.path, name] + Hosts.words([1])
    ).run(seconds: 20)
    #expect(outcome.status == 7, "\(outcome.reported)")
  }

  @Test(
    "a rate in every spelling",
    arguments: [
      (["--rate", "1gbit"], "1Gbit"), (["--rate=2.5Mbit"], "2500Kbit"),
      (["--rate=10mbps"], "80Mbit"),
    ])
  func rate(words: [String], told: String) throws {
    let command = [Hosts.script, "run", "--slots", "1,1"] + words
    let outcome = try Command(command + ["--", "tc", "qdisc", "show", "dev", "eth0"])
      .run(seconds: 20)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("rate \(told) "), "\(outcome.output)")
  }

  @Test("a command can cut its own cluster")
  func cut() throws {
    let outcome = try run(
      [1, 1],
      """
      '\(Hosts.script)' cut node2; timeout 1 ssh node2 hostname; echo $?
      '\(Hosts.script)' status | cut -d' ' -f1
      '\(Hosts.script)' heal node2; timeout 10 ssh node2 hostname
      """)
    #expect(lines(outcome.output) == ["124", "here", "here", "node2"], "\(outcome.errors)")
  }
}
