import Foundation
import Support
import Testing

/// SIGUSR1 ends a run with a checkpoint and code 75, whenever it comes.
@Suite struct StopTests {
  @Test(
    "a signal ends the run, and the same command goes on", arguments: [Launch.alone, .ranks(3)])
  func stop(launch: Launch) throws {
    let folder = try RunFolder()
    let other = folder.path("other")
    // So long that it is still under way when the signal comes.
    let words = ["--epochs", "100000", "--log-every", "1"]
    let outcome = try Job(folder.trainWords(run: other) + words, launch)
      .signalled(after: "step", 5, in: other)
    #expect(outcome.status == 75, "\(outcome.reported)")
    #expect(outcome.reported.contains("the same command goes on from \(other)/latest"))
    let contents = RunContents(other)
    let step = try #require(try contents.steps("step").last)
    #expect(step >= 5 && step < 400_000)
    #expect(try contents.isWhole("latest"))

    let total = step + 3
    for run in [folder.run, other] {
      try Job(folder.trainWords(run: run) + words + ["--max-steps", "\(total)"], launch).succeed()
    }
    #expect(try contents.steps("step") == Array(1...total))
    #expect(try contents.steps("epoch") == Array(stride(from: 4, through: total, by: 4)))
    #expect(try contents.model() == folder.contents.model())
  }

  @Test("the same command goes on without --resume, where it said where from")
  func resumed() throws {
    let folder = try RunFolder.trained()
    let other = folder.path("other")
    for source in ["none", "\(folder.run)/step-00000004"] {
      let outcome = try folder.train(
        "--epochs", "100000", "--stop-after", "0", "--resume", source, run: other
      ).command.run()
      #expect(outcome.status == 75, "\(outcome.reported)")
      let digest = try RunContents(other).digest()
      #expect(
        outcome.output.hasSuffix(
          "without --resume goes on from \(other)/latest\nmodel SHA-256 \(digest)\n"),
        "\(outcome.reported)")
      try folder.train("--epochs", "2", run: other).succeed()
    }
    #expect(try RunContents(other).model() == folder.contents.model())
  }

  /// Test images take long to evaluate here: the signal comes while they are.
  @Test("a signal during an evaluation is heeded after it", arguments: Launch.both)
  func evaluation(launch: Launch) throws {
    let folder = try RunFolder(SmallData(train: 100, test: 30_000))
    let outcome = try folder.train("--epochs", "100000", on: launch)
      .signalled(after: "step", 2, in: folder.run)
    #expect(outcome.status == 75, "\(outcome.reported)")
    #expect(try folder.contents.steps("epoch") == [2])
    #expect(try folder.contents.steps("step") == [1, 2])
    #expect(try folder.contents.latest() == "step-00000002")
  }

  @Test("a signal in the last epoch's evaluation lets the run be done", arguments: Launch.both)
  func lastEvaluation(launch: Launch) throws {
    let folder = try RunFolder(SmallData(train: 100, test: 30_000))
    let outcome = try folder.train("--epochs", "1", on: launch)
      .signalled(after: "step", 2, in: folder.run)
    #expect(outcome.status == 0, "\(outcome.reported)")
    #expect(try folder.contents.steps("epoch") == [2])
  }

  /// Blocked and sent before the program even begins, the signal is there at the first step.
  private static let signalled = [
    "env", "--block-signal=USR1", "sh", "-c", #"kill -USR1 $$; exec "$@""#, "sh",
  ]

  @Test("a signal that is there from the beginning ends the run after one step")
  func atOnce() throws {
    let folder = try RunFolder()
    let job = folder.train("--epochs", "2")
    let outcome = try Command(
      Self.signalled + job.command.words, environment: job.command.environment
    ).run()
    #expect(outcome.status == 75, "\(outcome.reported)")
    #expect(try folder.contents.latest() == "step-00000001")
    #expect(try folder.contents.steps("step") == [1])
  }

  /// With one batch an epoch the first step is also the last of its epoch.
  @Test("a signal at an epoch's last batch ends the run after the epoch")
  func lastBatch() throws {
    let folder = try RunFolder(SmallData(train: 50))
    let job = folder.train("--epochs", "3")
    let outcome = try Command(
      Self.signalled + job.command.words, environment: job.command.environment
    ).run()
    #expect(outcome.status == 75, "\(outcome.reported)")
    #expect(try folder.contents.steps("step") == [1])
    #expect(try folder.contents.steps("epoch") == [1])
  }

  @Test("one rank that is asked is enough", arguments: 0..<3)
  func oneRank(asked: Int) throws {
    let folder = try RunFolder()
    let words = [Command.built("lockstep")] + folder.trainWords() + ["--epochs", "2"]
    let parts = (0..<3).map { rank in
      ["-n", "1"] + (rank == asked ? Self.signalled : []) + words
    }
    let outcome = try Command.mpirun(parts, environment: Job.environment).run()
    #expect(outcome.status == 75, "\(outcome.reported)")
    #expect(try folder.contents.latest() == "step-00000001")
  }
}
