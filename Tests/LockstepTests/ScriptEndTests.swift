import Foundation
import Support
import Testing

/// What scripts/train says of a job that did not end well, with an mpirun that says what Open MPI's
/// says.
@Suite struct ScriptEndTests {
  private let folder: ScriptFolder

  init() throws { folder = try ScriptFolder() }

  /// Runs with an mpirun that has `words`, each text between two lines, and ends with `code`.
  private func run(_ words: [String], code: Int) throws -> Command.Outcome {
    let line = String(repeating: "-", count: 74)
    let text = words.map { "\(line)\n\($0)\n\(line)\n" }.joined()
    try folder.write("words", text)
    try folder.write("mpirun", "#!/bin/sh\n[ $1 = --version ] || cat words >&2\nexit \(code)\n")
    return try folder.command().run(in: folder.url)
  }

  private static let primary = """
    Primary job  terminated normally, but 1 process returned
    a non-zero exit code. Per user-direction, the job has been aborted.
    """

  private static func ended(by signal: String) -> String {
    "mpirun noticed that process rank 1 with PID 77 on node node2 exited on signal \(signal)."
  }

  /// Open MPI 5 breaks its lines elsewhere, and has another name.
  private static let endedOf5 = """
    prterun noticed that process rank 1 with PID 24491 on node node2 exited on
    signal 9 (Killed).
    """

  private static let primaryOf5 = """
    prterun detected that one or more processes exited with non-zero status,
    thus causing the job to be terminated. The first process to do so was:

       Process name: [prterun-node1-23703@1,0]
       Exit code:    75
    """

  private static let lost = """
    ORTE has lost communication with a remote daemon.

      HNP daemon   : [[30301,0],0] on node node1
      Remote daemon: [[30301,0],1] on node node2

    This is usually due to either a failure of the TCP network
    connection to the node, or possibly an internal failure of
    the daemon itself. We cannot recover from this failure, and
    therefore will terminate the job.
    """

  @Test(
    "one sentence names the rank, the machine and the reason",
    arguments: [
      ([ended(by: "9 (Killed)")], 137, "rank 1 on node2 was ended by SIGKILL, as the system does"),
      ([primary, ended(by: "9 (Killed)")], 71, "rank 1 on node2 was ended by SIGKILL, as the"),
      ([primaryOf5, endedOf5], 137, "rank 1 on node2 was ended by SIGKILL, as the system does"),
      ([ended(by: "7 (Bus error)")], 135, "rank 1 on node2 was ended by SIGBUS, as where shared"),
      ([ended(by: "11 (Segmentation fault)")], 139, "ended by SIGSEGV, which is a defect"),
      ([], 134, "a rank, or the launcher, was ended by SIGABRT, which is a defect"),
      ([lost], 205, "node2 was lost, or the network to it; without it the same command goes on"),
      ([], 205, "a machine was lost, or the network to it"),
      ([], 1, "mpirun failed; cluster/messages.md says"),
    ])
  func sentence(words: [String], code: Int, sentence: String) throws {
    let outcome = try run(words, code: code)
    #expect(outcome.status == code)
    #expect(outcome.errors.hasPrefix("train: "), "\(outcome.errors)")
    #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
  }

  @Test("the program's own codes need no words of mpirun's", arguments: [0, 64, 69, 70, 75])
  func own(code: Int) throws {
    for primary in [Self.primary, Self.primaryOf5] {
      let outcome = try run(code == 0 ? [] : [primary], code: code)
      #expect(outcome.status == code)
      #expect(outcome.errors == "")
    }
  }

  @Test("what else mpirun says is shown")
  func shown() throws {
    let outcome = try run(["There are not enough slots available"], code: 1)
    #expect(outcome.errors.hasPrefix("There are not enough slots available\ntrain: mpirun failed"))
  }

  @Test("what Open MPI 5 says of connections that are closing is left out, and no other line is")
  func noise() throws {
    try folder.write(
      "words",
      """
      [node1:11897] PMIX ERROR: PMIX_ERR_UNREACH in file /src/server/pmix_server.c at line 3146
      lockstep: no images
      [warn] Epoll MOD(1) on fd 23 failed. Old events were 6; read change was 0 (none)
      [node1:11897] PMIX ERROR: PMIX_ERR_INIT in file /src/client/pmix_client.c at line 7

      """)
    try folder.write("mpirun", "#!/bin/sh\n[ $1 = --version ] || cat words >&2\nexit 65\n")
    let outcome = try folder.command().run(in: folder.url)
    #expect(outcome.status == 65)
    #expect(
      outcome.errors.split(separator: "\n").map { $0.prefix(35) } == [
        "lockstep: no images", "[node1:11897] PMIX ERROR: PMIX_ERR_",
      ], "\(outcome.errors)")
  }

  @Test("a bar is shown as it is drawn, and the launcher's words behind it are left out")
  func bar() throws {
    let ruler = String(repeating: "-", count: 74)
    try folder.write(
      "mpirun",
      """
      #!/bin/sh
      [ $1 = --version ] && exit
      printf '\\rstep 1 --' >&2; sleep 0.5; printf '\\rstep 2' >&2; sleep 0.5
      printf '%s\\n' '\(ruler)' 'prterun detected that one or more processes exited so' '\(ruler)' >&2
      exit 75

      """)
    #expect(try folder.command().run(in: folder.url).errors == "\rstep 1 --\rstep 2")
  }

  /// Files that are opened have the first numbers that are free.
  @Test(
    "whichever streams are closed, nothing stays behind, and the code tells",
    arguments: ["<&- >&- 2>&-", ">&- 2>&-", ">/dev/full 2>&- <&-", "2>&-", "<&- 2>&-"])
  func closed(redirection: String) throws {
    try folder.write("mpirun", "#!/bin/sh\n[ $1 = --version ] || echo epoch 1\n")
    // What the script starts has the variable, and what looks for it has not.
    let look = """
      exec 9>&1; { LEFT_BEHIND=1 "$@" \(redirection); echo $? >&9; }
      sleep 0.5; grep -ls LEFT_BEHIND=1 /proc/[0-9]*/environ >&9
      """
    let told = try folder.command(through: ["sh", "-c", look, "sh"]).run(in: folder.url).output
    let isLost =
      redirection.contains("full") || redirection.contains(" >&-") || redirection.hasPrefix(">&-")
    #expect(told == (isLost ? "74\n" : "epoch 1\n0\n"), "\(redirection)")
  }

  /// mpirun drops what it cannot write.
  @Test(
    "lines that are lost are no success, whatever mpirun says",
    arguments: [
      (">/dev/full", 0, 74), (">&-", 0, 74), (">/dev/full", 75, 75), (">lines", 0, 0),
      ("<&- >&-", 0, 74), ("<&- >lines", 0, 0),
    ])
  func lostOutput(redirection: String, code: Int, status: Int) throws {
    try folder.write("mpirun", "#!/bin/sh\n[ $1 = --version ] || echo epoch 1\nexit \(code)\n")
    let outcome = try folder.command(through: ["sh", "-c", "\"$@\" \(redirection)", "sh"])
      .run(in: folder.url)
    #expect(outcome.status == status, "\(outcome.reported)")
    #expect(
      outcome.errors.contains("standard output could not be written to") == (status == 74),
      "\(outcome.errors)")
    guard redirection.hasSuffix(">lines") else { return }
    let lines = try String(contentsOf: folder.url.appendingPathComponent("lines"), encoding: .utf8)
    #expect(lines == "epoch 1\n")
  }
}
