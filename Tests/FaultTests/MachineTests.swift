import Foundation
import Support
import Testing

/// The machine has little memory, few cores or a clock that is set back.
@Suite struct MachineTests {
  /// Where this process may make groups of processes with a limit of memory; nil where it may not.
  private static let groups: (folder: String, limit: String)? = {
    let older = "/sys/fs/cgroup/memory"
    if FileManager.default.isWritableFile(atPath: "\(older)/memory.limit_in_bytes") {
      return (older, "memory.limit_in_bytes")
    }
    let newer = "/sys/fs/cgroup"
    let controllers = try? String(
      contentsOfFile: "\(newer)/cgroup.subtree_control", encoding: .utf8)
    return controllers?.contains("memory") == true && getuid() == 0 ? (newer, "memory.max") : nil
  }()

  @Test(
    "a limit of memory is told before training begins",
    .enabled(if: groups != nil, "this process may make no control groups"), arguments: [16, 60])
  func memory(mebibytes: Int) throws {
    let (folder, limit) = try #require(Self.groups)
    let group = "\(folder)/lockstep-\(UUID().uuidString)"
    let run = try RunFolder()
    let job = run.train("--hidden", "16000")
    let script = """
      group=$1 limit=$2 size=$3; shift 3
      mkdir "$group" && echo "$size" >"$group/$limit" || exit 99
      sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@"
      status=$?
      rmdir "$group"
      exit $status
      """
    let outcome = try Command(
      ["sh", "-c", script, "sh", group, limit, "\(mebibytes)M"] + job.command.words,
      environment: job.command.environment
    ).run()
    let promise = try Promise("memory")
    promise.expect(outcome)
    outcome.expectFailure(69, promise.words)
    #expect(!FileManager.default.fileExists(atPath: run.run))
  }

  @Test("a clock that is set back an hour changes nothing but what is read from it")
  func clock() throws {
    let folder = try RunFolder()
    let words = ["--epochs", "100000", "--checkpoint-every", "0.05s"]
    let clock = folder.path("clock")
    let job = Job(
      folder.trainWords() + words + ["--stop-after", "3"],
      environment: try Shim.environment(run: "/nowhere", ["FAULT_CLOCK": clock]))
    let (outcome, seconds) = try Injection.after(step: 20, "touch '\(clock)'")
      .run(job.command, run: folder.run)
    try Promise("clock").expect(outcome, after: seconds)
    note("clock", seconds)
    let names = try folder.contents.names().count { $0.hasPrefix("step-") }
    #expect(names > 5, "it went on saving")
    #expect(try folder.contents.rows().allSatisfy { $0.seconds ?? 0 >= 0 })
    try folder.expectSameBits(words, losing: 0)
  }

  @Test("50 ranks on the cores that there are train the same model", .onlyWhenFull)
  func crowd() throws {
    let folder = try RunFolder()
    let other = folder.path("other")
    let words = ["--epochs", "2"]
    let start = ContinuousClock.now
    let outcome = try Job(folder.trainWords() + words, .ranks(50)).succeed(seconds: 120)
    try Promise("crowd").expect(outcome)
    note("crowd", (ContinuousClock.now - start) / .seconds(1))
    try Job(folder.trainWords(run: other) + words).succeed()
    try expectSameRun(folder.run, other, anyRanks: true)
  }

  @Test("starts and stops one after another end in the same bits")
  func often() throws {
    let folder = try RunFolder()
    let words = ["--epochs", "100000"]
    let promise = try Promise("often")
    let start = ContinuousClock.now
    var step = 0
    for number in 1...(Extent.isFull ? 60 : 6) {
      let job = Job(folder.trainWords() + words, number.isMultiple(of: 3) ? .ranks(2) : .alone)
      let outcome = try job.signalled(after: "step", step + 1, in: folder.run)
      promise.expect(outcome)
      let last = try #require(try folder.contents.steps("step").last)
      #expect(last > step)
      step = last
    }
    note("often, \(step) steps", (ContinuousClock.now - start) / .seconds(1))
    try folder.expectSameBits(words, losing: 0)
  }
}
