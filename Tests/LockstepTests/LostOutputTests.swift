import Foundation
import Support
import Testing

/// Standard output that takes nothing: whoever asked must hear of it.
@Suite struct LostOutputTests {
  /// Runs `job` with standard output led to where `redirection` says.
  private func run(_ job: Job, _ redirection: String) throws -> Command.Outcome {
    try Command(
      ["bash", "-c", "\"$@\" \(redirection); exit ${PIPESTATUS[0]}", "bash"] + job.command.words,
      environment: job.command.environment
    ).run()
  }

  @Test(
    "help that is lost",
    arguments: [
      ["--help"], ["train", "--help"], ["--version"], ["--generate-completion-script", "bash"],
    ])
  func help(words: [String]) throws {
    try run(Job(words), ">/dev/full").expectFailure(74, ["cannot be written to: No space left"])
    #expect(try run(Job(words), "| true").status == 0)
  }

  @Test(
    "a run whose lines are lost is trained and saved, and no success", arguments: ["text", "json"])
  func training(format: String) throws {
    let folder = try RunFolder()
    let outcome = try run(folder.train("--epochs", "1", "--log-format", format), ">/dev/full")
    #expect(outcome.status == 74)
    #expect(outcome.errors.contains("standard output could not be written to: No space left"))
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(try folder.contents.isWhole("step-00000004"))
  }

  /// Files that a program opens have the first numbers that are free.
  @Test("a stream that was closed takes nothing, and no other file takes its place")
  func missing() throws {
    let folder = try RunFolder()
    let outcome = try run(folder.train("--epochs", "1"), "<&- >&-")
    #expect(outcome.status == 74, "\(outcome.reported)")
    #expect(outcome.errors.contains("standard output could not be written to: Bad file"))
    #expect(try folder.contents.isWhole("step-00000004"))
    try run(Job(["inspect", folder.run]), ">&-").expectFailure(74, ["cannot be written to: Bad"])
    #expect(try run(Job(["evaluate", folder.run]), "2>&-").status == 0)
  }

  @Test("who closes a pipe has seen enough of a result, too")
  func closed() throws {
    let folder = try RunFolder.trained()
    let outcome = try run(Job(["inspect", folder.run]), "| true")
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.reported)")
  }
}
