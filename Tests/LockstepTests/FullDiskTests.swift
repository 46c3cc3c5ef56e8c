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
    let job = folder.train("--epochs", "3", on: launch, run: folder.path("disk/run"))
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
}

/// A log that cannot be written does not take a checkpoint with it.
@Suite struct FullLogTests {
  @Test("an epoch's row that cannot be logged", arguments: Launch.both)
  func epoch(launch: Launch) throws {
    let folder = try RunFolder.trained()
    try FileManager.default.removeItem(atPath: "\(folder.run)/metrics.jsonl")
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.run)/metrics.jsonl", withDestinationPath: "/dev/full")
    try folder.train("--epochs", "4", "--log-every", "100", on: launch)
      .fail(74, "metrics.jsonl: cannot write to it: No space left on device")
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
    try FileManager.default.removeItem(atPath: "\(folder.run)/samples")
    try Data().write(to: URL(fileURLWithPath: "\(folder.run)/samples"))
    try folder.train("--epochs", "4", on: launch).fail(74, "samples")
    #expect(try folder.contents.steps("epoch") == [4, 8, 12])
    #expect(try folder.contents.latest() == "step-00000012")
    #expect(try folder.contents.isWhole("step-00000012"))
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
    let job = folder.train("--epochs", "4", "--log-every", "100")
    let outcome = try Command(
      ["prlimit", "--fsize=\(filler.utf8.count + 30)"] + job.command.words,
      environment: job.command.environment
    ).run()
    outcome.expectFailure(74, ["metrics.jsonl: cannot write to it: File too large"])
    #expect(try folder.contents.latest() == "step-00000012")
    #expect(try String(contentsOf: log, encoding: .utf8) == filler)
  }
}
