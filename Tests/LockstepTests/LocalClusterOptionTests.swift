import Foundation
import Support
import Testing

/// What `cluster/local` makes of its options.
@Suite struct LocalClusterOptionTests {
  @Test(
    "what makes no sense is told once",
    arguments: [
      (["run", "--slots", "1,1", "--rate", "foo", "--", "true"], "--rate must be"),
      (["run", "--slots", "1,1", "--rate=foo", "--", "true"], "--rate must be"),
      (["run", "--slots", "1,1", "--rate", "0gbit", "--", "true"], "--rate must be"),
      (["run", "--slots", "1,1", "--rate", "1", "--", "true"], "--rate must be"),
      (["run", "--slots", "1,1", "--rate=", "--", "true"], "--rate must be"),
      (["run", "--rate", "1gbit", "--", "true"], "--rate with --slots"),
      (["run", "--slots", "1,0", "--", "true"], "--slots must be"),
      (["run", "--slots", "1,1"], "needs a command"), (["run", "--slots"], "needs a value"),
      (["run", "--slots", "1", "--name", "other", "--", "true"], "choose one"),
      (["up"], "number of hosts"), (["up", "0"], "number of hosts"),
      (["up", "254"], "number of hosts"), (["up", "2", "3"], "number of hosts"),
      (["up", "2", "--slots", "1,1,1"], "must name 2 hosts"),
      (["up", "2", "--name", "../other"], "--name must be"), (["up", "2", "--fast"], "'--fast'"),
      (["down", "--rate", "1gbit"], "takes no --rate"), (["down", "other"], "takes no 'other'"),
      (["status", "--name", "other"], "takes no --name"), (["cut"], "needs one host"),
      (["cut", "node1", "node2"], "needs one host"), (["heal", "--rate", "1gbit"], "takes no"),
      ([], "a command is needed"), (["destroy"], "'destroy'"),
    ])
  func wrong(words: [String], part: String) throws {
    let outcome = try Command([Hosts.script] + words).run(seconds: 20)
    #expect(outcome.status == 64)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("cluster/local: "), "\(outcome.errors)")
    #expect(outcome.errors.contains(part), "\(outcome.errors)")
  }

  @Test(
    "help is told on standard output", arguments: [["--help"], ["up", "--help"], ["run", "-h"]])
  func help(words: [String]) throws {
    let outcome = try Command([Hosts.script] + words).run(seconds: 20)
    #expect(outcome.status == 0 && outcome.told.isEmpty)
    #expect(outcome.output.hasPrefix("usage: cluster/local up N"))
  }

  @Test(
    "where there can be no hosts, a sentence says why",
    .enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"),
    arguments: [
      (["--bounding-set", "-sys_admin"], "does not let root make namespaces"),
      (["--reuid", "65534", "--clear-groups"], "by root only"),
    ], [["run", "--slots", "1,1", "--", "true"], ["up", "2", "--name", "test-none"]])
  func impossible(privileges: ([String], String), words: [String]) throws {
    let outcome = try Command(["setpriv"] + privileges.0 + [Hosts.script] + words).run(seconds: 20)
    #expect(outcome.status == 69)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(privileges.1), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: "/run/lockstep-cluster/test-none"))
  }

  @Test(
    "a tool that is missing is named",
    .enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"),
    arguments: ["ip", "tc", "sshd", "ssh-keygen", "unshare"])
  func missing(tool: String) throws {
    let folder = try TemporaryFolder()
    // A PATH on which there is all but that.
    let script = """
      for tool in bash dirname env realpath ip tc sshd ssh ssh-keygen unshare nsenter setpriv \\
          setsid flock; do
        [ $tool = $2 ] || ln -s "$(command -v $tool)" "$1/$tool"
      done
      PATH=$1 exec "$3" run --slots 1 -- true
      """
    let outcome = try Command(["sh", "-c", script, "sh", folder.url.path, tool, Hosts.script])
      .run(seconds: 20)
    #expect(outcome.status == 69)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("there is no \(tool) on PATH"), "\(outcome.errors)")
  }
}
