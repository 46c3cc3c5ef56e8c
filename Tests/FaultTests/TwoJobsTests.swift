import Foundation
import Support
import Testing

/// Two jobs want one run directory, or a job finds the lock of one that was killed.
@Suite struct TwoJobsTests {
  @Test("the second job is refused, and the first goes on", arguments: Launch.both)
  func refused(launch: Launch) throws {
    let folder = try RunFolder()
    let words = ["--epochs", "100000"]
    let first = Job(folder.trainWords() + words)
    let second = Job(folder.trainWords() + words, launch).failing
    let errors = folder.path("errors")
    // The second job is started with the words of the first, below its launcher if it has one.
    let start = second.words.map { "'\($0)'" }.joined(separator: " ")
    let (outcome, seconds) = try Injection.after(
      step: 20, "\(start) >/dev/null 2>'\(errors)'; echo second $?; kill -USR1 $job"
    ).run(
      Command(first.command.words, environment: second.environment), run: folder.run)
    let told = try String(contentsOfFile: errors, encoding: .utf8)
    #expect(outcome.status == 75, "\(outcome.reported)")
    let promise = try Promise("two-jobs")
    #expect(
      promise.codes.contains { outcome.output.contains("second \($0)\n") }, "\(outcome.output)")
    #expect(promise.words.allSatisfy { told.contains($0) }, "\(told)")
    note("two-jobs", seconds)
    try folder.expectSameBits(words, losing: 0)
  }

  @Test("a lock that a kill has left holds nobody up")
  func stale() throws {
    let folder = try RunFolder()
    let words = ["--epochs", "100000", "--checkpoint-every", "2"]
    let job = Job(folder.trainWords() + words)
    _ = try Injection.after(step: 20, "kill -KILL $job").run(job.command, run: folder.run)
    #expect(FileManager.default.fileExists(atPath: "\(folder.run)/.lock"))
    let outcome = try folder.train("--epochs", "100000", "--max-steps", "30").command.run()
    try Promise("stale-lock").expect(outcome)
    try folder.expectSameBits(words, losing: 0)
  }
}
