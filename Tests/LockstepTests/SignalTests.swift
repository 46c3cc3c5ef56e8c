import Foundation
import Support
import Testing

/// SIGTERM and SIGINT ask a run to stop; a second one ends it at once; other commands end as usual.
@Suite struct SignalTests {
  /// A shell that starts a command, waits until `text` is in a file, sends each signal to it or, of
  /// an mpirun, to the rank of that number, and tells its status once nobody has the run's lock. What
  /// the command writes to standard error goes to the file `errors`, if one is named.
  private func signalled(
    _ job: Job, when text: String, in file: String, lock: String, rank: Int? = nil,
    errorsTo errors: String? = nil, _ signals: String...
  ) throws -> Command.Outcome {
    let redirection = errors.map { ["sh", "-c", #"exec "$@" 2>"$0""#, $0] } ?? []
    let script = """
      \(Library.ranksFunction)
      text=$1 file=$2 lock=$3 rank=$4 signals=$5; shift 5
      env --default-signal=INT,HUP "$@" & job=$!
      until grep -qs "$text" "$file"; do kill -0 $job || exit 99; sleep 0.005; done
      target=$job
      if [ "$rank" -ge 0 ]; then
        set -- $(ranks $job)
        shift "$rank"
        target=$1
      fi
      gap=
      for signal in $signals; do $gap; kill -$signal $target; gap='sleep 0.7'; done
      wait $job
      status=$?
      timeout 20 flock "$lock" true || exit 98
      exit $status
      """
    return try Command(
      [
        "sh", "-c", script, "sh", text, file, lock, "\(rank ?? -1)",
        signals.joined(separator: " "),
      ] + redirection + job.command.words, environment: job.command.environment
    ).run()
  }

  private func signalled(
    _ folder: RunFolder, _ job: Job, afterStep step: Int, rank: Int? = nil, _ signal: String
  ) throws -> Command.Outcome {
    try signalled(
      job, when: #""kind":"step".*"step":\#(step)[,}]"#, in: "\(folder.run)/metrics.jsonl",
      lock: "\(folder.run)/.lock", rank: rank, signal)
  }

  /// The checkpoint is that of the last step that was logged: nothing is lost.
  private func expectSavedAtLastStep(_ folder: RunFolder) throws {
    let step = try #require(try folder.contents.steps("step").last)
    #expect(try folder.contents.latest() == RunFolder.checkpoint(step))
    #expect(try folder.contents.isWhole("latest"))
  }

  @Test(
    "one process stops and saves", arguments: ["TERM", "INT", "HUP", "USR1", "USR2", "XCPU"])
  func alone(signal: String) throws {
    let folder = try RunFolder()
    let outcome = try signalled(
      folder, folder.train("--epochs", "100000"), afterStep: 6, signal)
    #expect(outcome.status == 75, "\(outcome.reported)")
    #expect(
      outcome.errors.contains("again ends at once") == ["TERM", "INT", "HUP"].contains(signal))
    try expectSavedAtLastStep(folder)
  }

  /// SIGINT reaches ranks as SIGTERM. Open MPI's leaves ranks a second after these two, and returns
  /// 1 whatever they return; MPICH 4.0.2's leaves them all the time they want, and may return 0
  /// after any signal.
  @Test(
    "signals through the launcher leave time to save", arguments: 1...4, ["TERM", "INT", "USR1"])
  func throughLauncher(ranks: Int, signal: String) throws {
    let folder = try RunFolder()
    let outcome = try signalled(
      folder, folder.train("--epochs", "100000", on: .ranks(ranks)), afterStep: 6, signal)
    if !Library.isOpenMPI {
      #expect([0, 75].contains(outcome.status), "\(outcome.reported)")
    } else if signal == "USR1" {
      #expect(outcome.status == 75, "\(outcome.reported)")
    } else {
      #expect(outcome.status != 0 && outcome.status != 98, "\(outcome.reported)")
    }
    #expect(!outcome.reported.contains("again ends at once"))
    try expectSavedAtLastStep(folder)
  }

  @Test("SIGTERM to one rank stops all", arguments: [(2, 0), (2, 1), (4, 3)])
  func oneRank(ranks: Int, rank: Int) throws {
    let folder = try RunFolder()
    let outcome = try signalled(
      folder, folder.train("--epochs", "100000", on: .ranks(ranks)), afterStep: 6, rank: rank,
      "TERM")
    #expect(outcome.status == 75, "\(outcome.reported)")
    try expectSavedAtLastStep(folder)
  }

  @Test("while checkpoints are being written", arguments: [Launch.alone, .ranks(3)])
  func duringSaves(launch: Launch) throws {
    let folder = try RunFolder()
    let outcome = try signalled(
      folder,
      folder.train("--epochs", "100000", "--checkpoint-every", "1", "--keep", "1", on: launch),
      afterStep: 6, "USR1")
    #expect(outcome.status == 75, "\(outcome.reported)")
    try expectSavedAtLastStep(folder)
    #expect(try !folder.contents.names().contains { $0.hasPrefix(".unfinished") })
  }

  /// A list that never comes: the main thread waits for a pipe that is open and that nobody writes
  /// to, while `body` has the run that it belongs to.
  private func stuck(_ body: (RunFolder) throws -> Void) throws {
    let folder = try RunFolder.trained()
    let pipe = "\(folder.run)/step-00000008/SHA256SUMS"
    try FileManager.default.removeItem(atPath: pipe)
    #expect(mkfifo(pipe, 0o600) == 0)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: pipe))
    try body(folder)
    try handle.close()
  }

  /// A file in which there always is what one looks for.
  private static let always = "/proc/self/status"

  @Test(
    "a second signal ends a run that is stuck",
    arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)])
  func second(signal: String, status: Int) throws {
    try stuck { folder in
      let outcome = try signalled(
        folder.train(), when: ".", in: Self.always, lock: "\(folder.run)/.lock", "CONT", signal,
        signal)
      #expect(outcome.status == status, "\(outcome.reported)")
    }
  }

  @Test("one signal ends any other command", arguments: [("INT", 130), ("TERM", 143)])
  func others(signal: String, status: Int) throws {
    try stuck { folder in
      let outcome = try signalled(
        Job(["evaluate", folder.run, "--data", folder.data]), when: ".", in: Self.always,
        lock: "\(folder.run)/.lock", "CONT", signal)
      #expect(outcome.status == status, "\(outcome.reported)")
    }
  }

  /// Which images it compares on is told before it does, which takes long with so many.
  @Test(
    "compare ends without a page",
    arguments: [(Launch.alone, nil, "TERM"), (.alone, nil, "USR1"), (.ranks(2), 1, "TERM")])
  func compare(launch: Launch, rank: Int?, signal: String) throws {
    let folder = try RunFolder(SmallData(train: 60_000, test: 10_000))
    try folder.train("--max-steps", "1", "--report", "off").succeed()
    let (file, page) = (folder.path("a.safetensors"), folder.path("page.html"))
    try folder.contents.model().write(to: URL(fileURLWithPath: file))
    let errors = folder.path("errors")
    let outcome = try signalled(
      Job(["compare", folder.run, file, "--output", page], launch), when: "using those of",
      in: errors, lock: "\(folder.run)/.lock", rank: rank, errorsTo: errors, signal)
    let told = try String(contentsOfFile: errors, encoding: .utf8)
    #expect(outcome.status == 75 && told.contains("lockstep: stopped on request"), "\(told)")
    #expect(!FileManager.default.fileExists(atPath: page))
  }

  @Test("--stop-after", arguments: [Launch.alone, .ranks(1), .ranks(2), .ranks(4)])
  func stopAfter(launch: Launch) throws {
    let folder = try RunFolder()
    let start = ContinuousClock.now
    let outcome = try folder.train("--epochs", "100000", "--stop-after", "1", on: launch).command
      .run()
    #expect(outcome.status == 75, "\(outcome.reported)")
    #expect(ContinuousClock.now - start > .seconds(1))
    try expectSavedAtLastStep(folder)
    #expect(try !folder.contents.text("config.yaml").contains("stop-after"))
    // Time that is up before the first step lets one be made.
    let step = try #require(try folder.contents.steps("step").last)
    let again = try folder.train("--stop-after", "0", on: launch).command.run()
    #expect(again.status == 75, "\(again.reported)")
    #expect(try folder.contents.steps("step").last == step + 1)
  }
}
