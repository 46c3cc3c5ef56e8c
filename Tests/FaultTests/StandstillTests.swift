import Foundation
import Support
import Testing

/// A rank that stands still, as after SIGSTOP, keeps all others waiting.
@Suite struct StandstillTests {
  @Test(
    "a rank that is stopped for ever is named, and the job ends",
    arguments: [0, 1])
  func stopped(rank: Int) throws {
    let folder = try RunFolder()
    let words = ["--epochs", "100000", "--checkpoint-every", "2"]
    let job = Job(
      folder.trainWords() + words + ["--stall-warning", "2", "--stall-abort", "4"], .ranks(2))
    let (outcome, seconds) = try Injection.after(
      step: 20, "set -- $(ranks $job); shift \(rank); kill -STOP $1"
    ).run(job.command, run: folder.run)
    try Promise("stopped").expect(outcome, after: seconds)
    let lost = try folder.expectSameBits(words, losing: 2_000, on: .ranks(2))
    note("stopped \(rank)", seconds, lost: lost)
  }
}
