import Foundation
import Support
import Testing

/// scripts/train with --restart, which lets `lockstep launch` start an mpirun that is easily replaced.
@Suite struct LaunchScriptTests {
  private let folder: ScriptFolder

  init() throws {
    folder = try ScriptFolder()
    let release = folder.url.appendingPathComponent("build/release")
    try FileManager.default.createDirectory(at: release, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: release.appendingPathComponent("lockstep"),
      withDestinationURL: URL(fileURLWithPath: Command.built("lockstep")))
  }

  private func command(_ words: [String], through shell: [String] = []) -> Command {
    folder.command(
      words + ["--data", "/nowhere", "--run", folder.url.appendingPathComponent("run").path],
      through: shell,
      environment: ["LOCKSTEP_BUILD": folder.url.appendingPathComponent("build").path])
  }

  /// An mpirun that SIGKILL ends the first time, and that then writes its words and does as `line` says.
  private func writeLauncher(_ line: String) throws {
    try folder.write(
      "mpirun",
      """
      #!/usr/bin/env -S --default-signal=USR1 bash
      [ "$1" != --version ] || exit 0
      [ -e once ] || { touch once; kill -KILL $$; }
      printf '%s ' "$@"
      \(line)
      """)
  }

  @Test("an mpirun that dies is started again, with the same ranks")
  func restart() throws {
    try writeLauncher("exit 0")
    let outcome = try command(["--restart", "2", "-n", "1", "--epochs", "3"]).run(in: folder.url)
    #expect(outcome.status == 0, "\(outcome.reported)")
    #expect(
      outcome.errors.hasPrefix(
        "lockstep launch: the launcher was ended by SIGKILL, by its ranks or from outside, before it trained; lost: 0 steps, "
      ),
      "\(outcome.errors)")
    #expect(outcome.errors.contains("; restart 1 of 2 goes on from the beginning on 1 rank\n"))
    #expect(outcome.output.hasPrefix("-n 1 "), "\(outcome.output)")
    #expect(outcome.output.contains(" train --epochs 3 --data /nowhere --run "))
  }

  @Test("without a restart left it ends as the job did, and says once what that means")
  func none() throws {
    try writeLauncher("exit 0")
    let outcome = try command(["--restart=0", "-n", "1"]).run(in: folder.url)
    #expect(outcome.status == 137, "\(outcome.reported)")
    #expect(outcome.output.isEmpty, "\(outcome.output)")
  }

  @Test("signals are for the supervisor", arguments: [("TERM", 75), ("USR1", 75)])
  func signal(name: String, status: Int) throws {
    try Data().write(to: folder.url.appendingPathComponent("once"))
    try writeLauncher(
      "trap 'exit 75' USR1; echo $$ >up; for ((tenth = 0; tenth < 200; tenth++)); do sleep 0.1; done"
    )
    let script = """
      signal=$1; shift
      "$@" & script=$!
      until [ -s up ]; do kill -0 $script || exit 99; sleep 0.01; done
      kill -$signal $script; wait $script
      """
    let outcome = try command(
      ["--restart", "2", "-n", "1"], through: ["sh", "-c", script, "sh", name]
    ).run(seconds: 30, in: folder.url)
    #expect(outcome.status == status, "\(outcome.reported)")
    #expect(outcome.errors.contains("asked the ranks to stop after this step"), "\(outcome.errors)")
  }

  @Test("a number that is none is told of")
  func number() throws {
    let outcome = try command(["--restart", "some"]).run(in: folder.url)
    #expect(outcome.status == 64)
    #expect(outcome.errors == "train: --restart needs a number, not 'some'\n")
  }
}
