import Foundation
import Support
import Testing

/// Whether this process may mount file systems of its own.
private let mayMount =
  (try? Command(["unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt"]).run().status) == 0

/// A disk that fills while a checkpoint is written: a small file system in a mount namespace that
/// only the job sees.
@Suite(.enabled(if: mayMount, "mounting a small file system takes root and CAP_SYS_ADMIN"))
struct FullDiskTests {
  /// `spare` is the room in KiB that is left: none for the configuration, none for the last sheet,
  /// or not enough for the checkpoint. Whatever does not fit, nothing is half written.
  @Test("the older checkpoint stays whole", arguments: [Launch.alone, .ranks(2)], [0, 8, 24])
  func full(launch: Launch, spare: Int) throws {
    let folder = try RunFolder.trained()
    let job = folder.train(
      "--epochs", "3", "--max-save-failures", "0", on: launch, run: folder.path("disk/run"))
    let script = """
      mkdir disk copy
      mount -t tmpfs -o size=4m none disk && cp -a run disk/ || exit 98
      used=$(df -k --output=used disk | tail -n 1)
      mount -o remount,size=$((used + $1))k disk || exit 97
      shift
      "$@"
      status=$?
      cp -a disk/run copy/
      exit $status
      """
    let outcome = try Command(
      ["unshare", "-m", "sh", "-c", script, "sh", "\(spare)"] + job.failing.words,
      environment: job.failing.environment
    ).run(in: folder.folder.url)
    outcome.expectFailure(74, ["No space left on device"])
    let run = RunContents(folder.path("copy/run"))
    #expect(try run.latest() == "step-00000008")
    #expect(try run.isWhole("step-00000008") && run.isWhole("step-00000004"))
    #expect(try !run.names().contains { $0.hasPrefix(".unfinished") || $0.hasSuffix(".partial") })
    #expect(try !run.names().contains("step-00000012"))
    // With more room the run goes on as if nothing had been.
    try folder.train("--epochs", "3", run: run.path).succeed()
    #expect(try run.steps("epoch") == [4, 8, 12])
    #expect(try run.steps("step") == Array(1...12))
  }

  /// What fills the disk goes once a save has failed.
  @Test("a disk that is full for a while costs no epoch", arguments: Launch.both)
  func forAWhile(launch: Launch) throws {
    let folder = try RunFolder.trained()
    let words = ["--epochs", "200", "--max-save-failures", "1000"]
    let job = Job(folder.trainWords(run: folder.path("disk/run")) + words, launch)
    let script = """
      mkdir disk copy
      mount -t tmpfs -o size=16m none disk && cp -a run disk/ || exit 98
      free=$(df -k --output=avail disk | tail -n 1)
      head -c $((1024 * (free - 24))) /dev/zero >disk/filler || exit 97
      "$@" 2>errors & job=$!
      until grep -q "in a row end training" errors; do kill -0 $job || exit 96; sleep 0.01; done
      rm disk/filler
      wait $job
      status=$?
      cat errors >&2
      cp -a disk/run copy/
      exit $status
      """
    let outcome = try Command(
      ["unshare", "-m", "sh", "-c", script, "sh"] + job.failing.words,
      environment: job.failing.environment
    ).run(in: folder.folder.url)
    #expect(outcome.status == 0, "\(outcome.reported)")
    let warnings = [
      "the save after step", "No space left on device",
      "more than --max-save-failures 1000 in a row",
    ]
    #expect(warnings.allSatisfy { outcome.errors.contains($0) }, "\(outcome.errors)")
    let run = RunContents(folder.path("copy/run"))
    #expect(try run.steps("epoch") == (1...200).map { 4 * $0 })
    #expect(try run.steps("step") == Array(1...800))
    let (latest, other) = (try run.latest(), folder.path("other"))
    #expect(try latest == "step-00000800" && run.isWhole(latest))
    try folder.train("--epochs", "200", run: other).succeed()
    #expect(try run.model() == RunContents(other).model())
  }
}

/// A log that cannot be written does not take a checkpoint with it.
@Suite struct FullLogTests {
  @Test("an epoch's row that cannot be logged", arguments: Launch.both)
  func epoch(launch: Launch) throws {
    let folder = try RunFolder.trained()
    try folder.fillMetrics()
    let words = ["--epochs", "4", "--log-every", "100", "--max-save-failures", "0"]
    try Job(folder.trainWords() + words, launch).fail(
      74, "metrics.jsonl: cannot write to it: No space left on device")
    #expect(try folder.contents.latest() == "step-00000012")
    #expect(try folder.contents.isWhole("step-00000012"))
    // The checkpoint knows the row; whoever goes on logs it, once.
    try FileManager.default.removeItem(atPath: "\(folder.run)/metrics.jsonl")
    for _ in 0..<2 { try folder.train("--epochs", "4", "--log-every", "100").succeed() }
    #expect(try folder.contents.steps("epoch") == [12, 16])
  }

  @Test("sheets that cannot be drawn", arguments: Launch.both)
  func sheets(launch: Launch) throws {
    let folder = try RunFolder.trained()
    try folder.blockSamples()
    try folder.train("--epochs", "4", "--max-save-failures", "0", on: launch).fail(74, "samples")
    #expect(try folder.contents.steps("epoch") == [4, 8, 12])
    #expect(try folder.contents.latest() == "step-00000012")
    #expect(try folder.contents.isWhole("step-00000012"))
  }

  @Test("where failures are tolerated, sheets that cannot be drawn are told, and training goes on")
  func withoutSheets() throws {
    let folder = try RunFolder.trained()
    try folder.blockSamples()
    let outcome = try folder.train("--epochs", "4").command.run()
    #expect(outcome.status == 0, "\(outcome.reported)")
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count == 2 && lines.allSatisfy { $0.contains("samples") }, "\(outcome.errors)")
    #expect(lines.first?.contains("there are no pictures of epoch 3: ") == true, "\(lines)")
    #expect(try folder.contents.latest() == "step-00000016")
  }

  @Test("where failures are tolerated, the end still asks for all rows", arguments: Launch.both)
  func toTheEnd(launch: Launch) throws {
    let folder = try RunFolder.trained()
    try folder.fillMetrics()
    let outcome = try folder.train("--epochs", "4", "--log-every", "100", on: launch).failing.run()
    #expect(outcome.status == 74, "\(outcome.reported)")
    let lines = outcome.reported.split(separator: "\n").filter { $0.contains("metrics.jsonl: ") }
    #expect(lines.first?.hasSuffix("it is kept and written with what is logged later") == true)
    #expect(try folder.contents.latest() == "step-00000016")
    try FileManager.default.removeItem(atPath: "\(folder.run)/metrics.jsonl")
    try folder.train("--epochs", "4", "--log-every", "100").succeed()
    #expect(try folder.contents.steps("epoch") == [12, 16])
  }

  /// The largest file that is allowed ends within the row: 30 of its bytes can be written.
  @Test("a row that can be written in part")
  func part() throws {
    let folder = try RunFolder.trained()
    let log = URL(fileURLWithPath: "\(folder.run)/metrics.jsonl")
    // Larger than any file of the library's own.
    let row =
      "{\"kind\":\"step\",\"step\":1,\"more\":\"\(String(repeating: "x", count: 9_000))\"}\n"
    let filler = String(repeating: row, count: 2_000)
    try Data(filler.utf8).write(to: log)
    let job = folder.train("--epochs", "4", "--log-every", "100", "--max-save-failures", "0")
    let outcome = try Command(
      ["prlimit", "--fsize=\(filler.utf8.count + 30)"] + job.command.words,
      environment: job.command.environment
    ).run()
    outcome.expectFailure(74, ["metrics.jsonl: cannot write to it: File too large"])
    #expect(try folder.contents.latest() == "step-00000012")
    #expect(try String(contentsOf: log, encoding: .utf8) == filler)
  }
}

extension RunFolder {
  /// Lets the run's metrics take no more rows, as on a full disk: full(4).
  func fillMetrics() throws {
    try FileManager.default.removeItem(atPath: "\(run)/metrics.jsonl")
    try FileManager.default.createSymbolicLink(
      atPath: "\(run)/metrics.jsonl", withDestinationPath: "/dev/full")
  }

  /// Puts a file where the run's sheets of samples go.
  fileprivate func blockSamples() throws {
    try FileManager.default.removeItem(atPath: "\(run)/samples")
    try Data().write(to: URL(fileURLWithPath: "\(run)/samples"))
  }
}
