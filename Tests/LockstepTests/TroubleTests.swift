import Foundation
import Support
import Testing

/// `--on-nonfinite` and `--loss-limit`.
@Suite struct TroubleTests {
  /// How a run of three epochs ends, the same however many ranks there are.
  @Test(
    "a batch whose loss is not finite, or too large, is passed over, the same on any ranks",
    arguments: [(Float(3e38), [String]()), (Float(200), ["--loss-limit", "5"])])
  func skip(weight: Float, words: [String]) throws {
    let folder = try RunFolder.troubled()
    let words =
      [
        "--epochs", "3", "--init", try folder.troublingParameters(weight: weight), "--on-nonfinite",
        "skip",
      ]
      + words
    var models: Set<Data> = []
    let launches: [(Launch, [String])] = [
      (.alone, []), (.ranks(3), []), (.ranks(2), ["--teams", "rank", "--exchange", "all-reduce"]),
      (.ranks(2), ["--teams", "rank", "--exchange", "all-gather"]),
      (.alone, ["--threads-per-rank", "2"]),
    ]
    for (number, (launch, more)) in launches.enumerated() {
      let run = folder.path("run-\(number)")
      let outcome = try Job(folder.trainWords(run: run) + words + more, launch).succeed()
      let told = outcome.told.filter { $0.hasPrefix("lockstep: passed over: step ") }
      #expect(told.count == 3, "\(outcome.reported)")
      let contents = RunContents(run)
      #expect(try contents.count("skip") == 3)
      #expect(try contents.count("step") == 9 && contents.count("epoch") == 3)
      #expect(try contents.text("metrics.jsonl").contains(#""passed_over":1"#))
      #expect(
        try contents.text("report.html").contains("3 batches passed over, the last at step "))
      models.insert(try contents.model())
    }
    #expect(models.count == 1)
  }

  @Test("with bf16 between teams nothing of such a step is left")
  func rounding() throws {
    let folder = try RunFolder.troubled()
    let file = try folder.troublingParameters(weight: 3e38)
    try folder.train(
      "--epochs", "2", "--init", file, "--on-nonfinite", "skip:1", "--teams", "rank", "--wire",
      "bf16", "--exchange", "all-reduce", on: .ranks(2)
    ).succeed()
    #expect(try folder.contents.count("skip") == 2)
  }

  @Test("without a word of it such a step ends the run", arguments: Launch.both)
  func stop(launch: Launch) throws {
    let folder = try RunFolder.troubled()
    let file = try folder.troublingParameters(weight: 200)
    let outcome = try folder.train(
      "--epochs", "3", "--init", file, "--loss-limit", "5", on: launch
    ).failing.run()
    #expect(outcome.status == 70, "\(outcome.reported)")
    let told = try #require(outcome.told.last)
    for part in [
      "the loss of an image is ", "where --loss-limit allows ", "with --on-nonfinite skip",
    ] {
      #expect(told.contains(part), "\(told)")
    }
    // The limit is part of the recipe, what is done about it is not.
    try folder.train(
      "--epochs", "3", "--loss-limit", "5", "--on-nonfinite", "skip", "--init", file, on: launch
    )
    .succeed()
  }

  @Test("a run that began without a limit gets none later")
  func later() throws {
    let folder = try RunFolder.trained()
    let outcome = try folder.train("--epochs", "3", "--loss-limit", "5").failing.run()
    #expect(outcome.status == 64)
    #expect(
      outcome.errors.contains(
        "--loss-limit 5.0 would change the model of the run that goes on, which has none: leave it out"
      ),
      "\(outcome.errors)")
  }

  @Test("going back does not help against data", arguments: Launch.both)
  func sameAgain(launch: Launch) throws {
    let folder = try RunFolder.troubled()
    let words = ["--epochs", "3", "--init", try folder.troublingParameters(weight: 3e38)]
    let job = Job(
      folder.trainWords() + words + ["--checkpoint-every", "1", "--on-nonfinite", "rollback"],
      launch)
    let outcome = try job.failing.run()
    #expect(outcome.status == 70, "\(outcome.reported)")
    #expect(
      outcome.reported.contains(
        "goes back to the last checkpoint, or the beginning (1 of at most 3 times): step "))
    #expect(
      outcome.reported.contains("lockstep: the same again after going back, so that this is no "))
  }

  @Test("too many batches in a row, or parameters that are not finite, end the run all the same")
  func inRow() throws {
    let folder = try RunFolder()
    let outcome = try folder.train(
      "--learning-rate", "1e30", "--epochs", "20", "--on-nonfinite", "skip:3"
    ).failing.run()
    #expect(outcome.status == 70, "\(outcome.reported)")
    #expect(outcome.told.count <= 4 && outcome.told.last?.contains("not finite") == true)
  }

  @Test(
    "it is the same with what else changes a step",
    arguments: [
      ["--importance-samples", "3", "--pixels", "dynamic"], ["--clip-gradient", "0.1"],
      ["--optimizer", "sgd", "--learning-rate", "1e-5"],
    ])
  func combined(words: [String]) throws {
    let folder = try RunFolder.troubled()
    let file = try folder.troublingParameters(weight: 200)
    let words =
      ["--epochs", "2", "--init", file, "--on-nonfinite", "skip", "--loss-limit", "5"] + words
    var models: Set<Data> = []
    for (number, launch) in [Launch.alone, .ranks(2), .ranks(3)].enumerated() {
      let run = folder.path("run-\(number)")
      let teams = number == 2 ? ["--teams", "rank"] : []
      try Job(folder.trainWords(run: run) + words + teams, launch).succeed()
      #expect(try RunContents(run).count("skip") == 2)
      models.insert(try RunContents(run).model())
    }
    #expect(models.count == 1)
  }

  @Test("a run that is stopped anywhere and resumed passes over the same batches")
  func resumed() throws {
    let folder = try RunFolder.troubled()
    let file = try folder.troublingParameters(weight: 200)
    let words = ["--epochs", "2", "--init", file, "--on-nonfinite", "skip", "--loss-limit", "5"]
    let whole = folder.path("whole")
    let saves = ["--checkpoint-every", "1"]
    try Job(folder.trainWords(run: whole) + words + saves).succeed()
    let contents = RunContents(whole)
    #expect(try contents.count("skip") == 2)
    for step in 1...7 {
      let run = folder.path("run-\(step)")
      let job = folder.trainWords(run: run) + words
      try Job(job + ["--max-steps", "\(step)"], .ranks(step % 2 + 1)).succeed()
      try Job(job, .ranks(step % 3 + 1)).succeed()
      for name in ["model.safetensors", "optimizer.safetensors", "state.json"] {
        #expect(
          try RunContents(run).bytes("latest/\(name)") == contents.bytes("latest/\(name)"),
          "\(name) of the run that was stopped after step \(step)")
      }
      for kind in ["skip", "step", "epoch"] {
        #expect(
          try RunContents(run).count(kind) == contents.count(kind), "\(kind), stopped after \(step)"
        )
      }
    }
  }
}
