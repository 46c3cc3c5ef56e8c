import Foundation
import Support
import Testing

/// `lockstep launch`: jobs that die are followed by others, which end with the bits of a run that lost
/// nothing.
@Suite struct LaunchTests {
  /// Three hundred steps, some milliseconds each.
  private static let words = ["--epochs", "3", "--batch-size", "20", "--hidden", "100"]
  private static let data = SmallData(train: 2000, rows: 28, columns: 28)

  /// Processes of the job below `launch`: mpirun, and a rank.
  enum Victim: String, CaseIterable {
    case launcher
    case firstRank
    case lastRank
  }

  @Test(
    "a rank or the launcher that is killed, and both, cost the steps since the last checkpoint",
    arguments: [[.firstRank], [.lastRank], [.launcher], [.lastRank, .launcher]] as [[Victim]])
  func kill(victims: [Victim]) throws {
    let folder = try RunFolder(Self.data)
    let reference = folder.path("reference")
    try Job(folder.trainWords(run: reference) + Self.words).succeed()
    let job = LaunchJob(folder, Self.words + ["--checkpoint-every", "7"])
    let outcome = try job.killing(
      victims.enumerated().map { ($0.element.rawValue, 20 + 60 * $0.offset) })
    #expect(outcome.status == 0, "\(outcome.reported)")
    try expectSameRun(folder.run, reference, epochs: 3, anyRanks: true, outcome.reported)
    let told = outcome.lines(of: "lockstep launch")
    #expect(told.count == victims.count, "\(outcome.reported)")
    for (number, line) in told.enumerated() {
      let sentence =
        /(a rank was ended by SIGKILL|the launcher was ended by SIGKILL, by its ranks or from outside), after step \d+; lost: \d+ steps?, [\d.]+ s; restart (\d) of 3 goes on from (the checkpoint of step \d+|the beginning) on 2 ranks/
      let match = try #require(line.wholeMatch(of: sentence), "\(outcome.reported)")
      #expect(match.output.2 == "\(number + 1)")
    }
  }

  @Test("a fault of the recipe ends it at the second time, and nothing else is tried")
  func sameStep() throws {
    let folder = try RunFolder()
    let job = LaunchJob(
      folder, ["--learning-rate", "1e20", "--epochs", "3"], ["--max-restarts", "9"])
    let outcome = try job.command.run()
    #expect(outcome.status == 70, "\(outcome.reported)")
    let told = outcome.lines(of: "lockstep launch")
    #expect(told.count == 2, "\(outcome.reported)")
    #expect(told.first?.contains("; restart 1 of 9 goes on from the beginning") ?? false)
    #expect(
      told.last?.wholeMatch(
        of: /the step after \d+ fails again, in the same way .*not of a machine.*/) != nil,
      "\(outcome.reported)")
  }

  @Test("no more restarts than are allowed")
  func exhausted() throws {
    let folder = try RunFolder(Self.data)
    let job = LaunchJob(folder, Self.words + ["--epochs", "100"], ["--max-restarts", "1"])
    let outcome = try job.killing([("lastRank", 5), ("lastRank", 150)])
    #expect(
      outcome.status == (Library.isOpenMPI || Library.isIntel ? 137 : 9), "\(outcome.reported)")
    let last = try #require(outcome.lines(of: "lockstep launch").last)
    #expect(
      last.hasPrefix(
        "a rank was ended by SIGKILL, after 1 restart, and --max-restarts 1 allows no other; "),
      "\(outcome.reported)")
  }

  @Test(
    "what another job would end with, too, is tried once",
    arguments: [
      (["--data", "/nowhere"], 74), (["--hidden", "1048576", "--latent", "1048576"], 64),
    ] as [([String], Int32)])
  func final(flags: [String], code: Int32) throws {
    let folder = try RunFolder()
    let outcome = try LaunchJob(folder, flags).command.run()
    #expect(outcome.status == code, "\(outcome.reported)")
    #expect(outcome.lines(of: "lockstep launch").isEmpty, "\(outcome.reported)")
  }

  @Test(
    "a signal lets ranks save, and nothing starts again", arguments: ["TERM", "USR1", "INT", "HUP"])
  func signal(name: String) throws {
    let folder = try RunFolder(Self.data)
    let job = LaunchJob(folder, Self.words + ["--epochs", "100000"])
    let outcome = try job.killing([("launch", 5)], by: name)
    #expect(outcome.status == 75, "\(outcome.reported)")
    let told = outcome.lines(of: "lockstep launch")
    #expect(told.count == 1 && told[0].hasPrefix("asked the ranks to stop after this step"))
    let step = try #require(try folder.contents.steps("step").last)
    #expect(try folder.contents.latest() == "step-" + String("0000000\(step)".suffix(8)))
  }

  @Test("a signal while no job runs ends it")
  func signalBetween() throws {
    let folder = try RunFolder(Self.data)
    let job = LaunchJob(folder, Self.words + ["--epochs", "100000"])
    // Its last words tell that it waits.
    let outcome = try job.killing([("lastRank", 5), ("waiting", 0)], by: "KILL")
    #expect(outcome.status == 75, "\(outcome.reported)")
    #expect(
      outcome.lines(of: "lockstep launch") == [
        "stopped while no job ran; the same command goes on from the last checkpoint"
      ], "\(outcome.reported)")
  }

  @Test("a supervisor that is killed leaves no job")
  func orphans() throws {
    let folder = try RunFolder(Self.data)
    let job = LaunchJob(folder, Self.words + ["--epochs", "100000"])
    let outcome = try job.killing([("launch", 5)], by: "KILL")
    #expect(outcome.status == 137, "\(outcome.reported)")
    #expect(!outcome.output.contains("left:"), "\(outcome.reported)")
  }

  @Test("a rank that is stopped for good is found, and the job goes on without it")
  func stall() throws {
    let folder = try RunFolder(Self.data)
    let reference = folder.path("reference")
    try Job(folder.trainWords(run: reference) + Self.words).succeed()
    let job = LaunchJob(
      folder, Self.words + ["--checkpoint-every", "7"],
      ["--stall-abort", "3", "--max-restarts", "2"])
    let outcome = try job.killing([("lastRank", 20)], by: "STOP")
    #expect(outcome.status == 0, "\(outcome.reported)")
    try expectSameRun(folder.run, reference, epochs: 3, anyRanks: true, outcome.reported)
    #expect(!outcome.output.contains("left:"), "\(outcome.reported)")
  }

  @Test("a launcher that is stopped does not keep ranks that have done their work for ever")
  func stoppedLauncher() throws {
    let folder = try RunFolder(Self.data)
    let reference = folder.path("reference")
    try Job(folder.trainWords(run: reference) + Self.words).succeed()
    let words = Self.words + ["--stall-warning", "1", "--checkpoint-every", "7"]
    let job = LaunchJob(folder, words, ["--stall-abort", "3", "--max-restarts", "1"])
    let outcome = try job.killing([("launcher", 20)], by: "STOP")
    #expect(outcome.status == 0, "\(outcome.reported)")
    try expectSameRun(folder.run, reference, epochs: 3, anyRanks: true, outcome.reported)
    let told = outcome.lines(of: "lockstep launch").first
    #expect(
      told?.hasPrefix("the launcher was stopped by a signal, and the job has waited for it for 3 s")
        == true, "\(outcome.reported)")
    #expect(!outcome.output.contains("left:"), "\(outcome.reported)")
  }

  @Test("more ranks than slots are not tried", .enabled(if: Library.isOpenMPI, "not Open MPI"))
  func slots() throws {
    let folder = try RunFolder()
    let outcome = try LaunchJob(folder, [], ["--host", "localhost:1"]).command.run()
    #expect(outcome.status == 64, "\(outcome.reported)")
    #expect(
      outcome.errors
        == "lockstep: 2 ranks are more than the machines have slots, 1: ask for fewer, or name more slots, as in left:2 or left slots=2\n"
    )
  }

  /// Whether the name service says of such a name that there is none: without a service nobody says that.
  private static let namesAreTold =
    getaddrinfo("no-such-host.invalid", nil, nil, nil) == EAI_NONAME

  @Test(
    "a machine whose name nobody knows is left out",
    .enabled(if: Library.isOpenMPI && namesAreTold, "not Open MPI, or no name service"))
  func unknown() throws {
    let folder = try RunFolder()
    let job = LaunchJob(
      folder, ["--epochs", "1"], ["--host", "localhost:1,no-such-host.invalid:1"])
    let outcome = try job.command.run()
    #expect(outcome.status == 0, "\(outcome.reported)")
    let sentence =
      /the launcher failed with code \d+, before it trained; lost: .*; no answer from no-such-host.invalid; restart 1 of 3 goes on from the beginning on 1 rank of localhost/
    #expect(
      outcome.lines(of: "lockstep launch").first?.wholeMatch(of: sentence) != nil,
      "\(outcome.reported)")
  }

  @Test("a launcher that starts no rank is ended")
  func neverUp() throws {
    let folder = try RunFolder()
    let path = try folder.folder.launcher("", "exec sleep 600")
    let job = LaunchJob(
      folder, ["--connect-timeout", "2"], ["--stall-abort", "1", "--max-restarts", "1"],
      environment: ["PATH": path])
    let outcome = try job.command.run(seconds: 30)
    #expect(outcome.status == 71, "\(outcome.reported)")
    let told = outcome.lines(of: "lockstep launch")
    let what =
      "the launcher has started no rank on this machine in 2 s, as where another machine does not answer"
    #expect(told.count == 4, "\(outcome.reported)")
    #expect(told.first == "\(what): ending it", "\(outcome.reported)")
    #expect(
      told.dropFirst().first?.hasPrefix("\(what), before it trained; lost: 0 steps, ") == true)
    #expect(
      told.last?.hasPrefix("\(what), after 1 restart, and --max-restarts 1 allows no other") == true
    )
  }

  @Test("a run that was begun anew is not begun anew again")
  func anew() throws {
    let folder = try RunFolder(Self.data)
    try Job(folder.trainWords() + Self.words + ["--epochs", "1"]).succeed()
    let reference = folder.path("reference")
    let words = Self.words + ["--seed", "2"]
    try Job(folder.trainWords(run: reference) + words).succeed()
    let job = LaunchJob(folder, words + ["--checkpoint-every", "7", "--resume", "none"])
    // The first run has left a hundred steps.
    let outcome = try job.killing([("firstRank", 120)])
    #expect(outcome.status == 0, "\(outcome.reported)")
    try expectSameRun(folder.run, reference, epochs: 3, anyRanks: true, outcome.reported)
    let names = try folder.contents.names()
    #expect(names.contains("previous-1") && !names.contains("previous-2"))
  }

  @Test("nor where it died before its first checkpoint")
  func anewAgain() throws {
    let folder = try RunFolder(Self.data)
    try Job(folder.trainWords() + Self.words + ["--epochs", "1"]).succeed()
    let reference = folder.path("reference")
    let words = Self.words + ["--seed", "2"]
    try Job(folder.trainWords(run: reference) + words).succeed()
    let job = LaunchJob(folder, words + ["--resume", "none", "--checkpoint-every", "1000"])
    // The first run has left a hundred steps.
    let outcome = try job.killing([("earlier", 99), ("firstRank", 20)])
    #expect(outcome.status == 0, "\(outcome.reported)")
    try expectSameRun(folder.run, reference, epochs: 3, anyRanks: true, outcome.reported)
    let previous = try folder.contents.names().filter { $0.hasPrefix("previous") }
    #expect(previous == ["previous-1"], "\(outcome.reported)")
  }
}
