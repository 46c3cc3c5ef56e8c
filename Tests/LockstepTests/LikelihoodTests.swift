import Foundation
import Support
import Testing

/// `evaluate --importance-samples`.
@Suite struct LikelihoodTests {
  private struct Evaluation: Decodable {
    var pixels: String
    var images: Int
    var latent: Int
    var active: [Int]
    var active_units: Int
    var importance_samples: Int
    var likelihood_images: Int
    var log_likelihood: Double?
    var standard_error: Double?
    var sampling_error: Double?
    var note: String?
  }

  private func decode(_ outcome: Command.Outcome) throws -> Evaluation {
    try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
  }

  private func evaluate(_ folder: RunFolder, _ words: [String], run: String? = nil) throws
    -> Evaluation
  {
    try decode(
      Job(["evaluate", run ?? folder.run, "--data", folder.data, "--json"] + words).succeed())
  }

  /// A run of two epochs with more flags.
  private func trained(_ words: [String]) throws -> RunFolder {
    let folder = try RunFolder()
    try Job(folder.trainWords() + ["--epochs", "2"] + words).succeed()
    return folder
  }

  @Test(
    "NumPy finds the same bound with the same draws, and the like with others", .needsPython,
    arguments: [
      [], ["--pixels", "static"],
      [
        "--pixels", "dynamic", "--model", "conditional", "--activation", "tanh", "--hidden", "9,12",
      ],
    ])
  func peer(words: [String]) throws {
    let folder = try trained(words)
    let samples = ["--importance-samples", "50"]
    let told = try evaluate(folder, samples + ["--per-image", folder.path("bounds.npy")])
    let script = URL(fileURLWithPath: #filePath)
      .appendingPathComponent("../../../scripts/check-likelihood.py").standardizedFileURL.path
    let check = [
      try #require(Python.program), script, "\(folder.run)/latest/model.safetensors", folder.data,
      "--bounds", folder.path("bounds.npy"), "--samples", "50",
    ]
    for more in [[], ["--own-noise", "5"]] {
      let outcome = try Command(check + more).run(seconds: 60)
      #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
      #expect(outcome.output.hasPrefix("70 images, 50 samples: "))
    }
    #expect(told.images == 70 && told.likelihood_images == 70 && told.importance_samples == 50)
    #expect(told.pixels == (words.isEmpty ? "grey" : "static"))
    let note =
      words.isEmpty
      ? "not a likelihood: grey pixels count as probabilities"
      : words.contains("conditional") ? "of log p(x | label)" : nil
    #expect(told.note == note)
  }

  @Test("the errors are those of the images' figures, and active units those of the codes")
  func errors() throws {
    let folder = try RunFolder.trained()
    let told = try evaluate(
      folder, ["--importance-samples", "20", "--per-image", folder.path("bounds.npy")])
    let file = try floats(folder.path("bounds.npy"))
    #expect(file.header.contains("'shape': (70, 2)"))
    let values = file.values.map(Double.init)
    let bounds = stride(from: 0, to: 140, by: 2).map { values[$0] }
    let mean = bounds.reduce(0, +) / 70
    let deviation = bounds.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 69
    let errors = stride(from: 1, to: 140, by: 2).reduce(0) { $0 + values[$1] * values[$1] }
    let sampling = errors.squareRoot() / 70
    expectClose([try #require(told.log_likelihood)], [mean], 1e-12)
    expectClose([try #require(told.standard_error)], [(deviation / 70).squareRoot()], 1e-12)
    expectClose([try #require(told.sampling_error)], [sampling], 1e-12)

    try Job(["encode", folder.run, "--data", folder.data, "--output", folder.path("codes.npy")])
      .succeed()
    let codes = try floats(folder.path("codes.npy")).values.map(Double.init)
    let active = (0..<4).filter { latent in
      let own = (0..<70).map { codes[4 * $0 + latent] }
      let mean = own.reduce(0, +) / 70
      return own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 70 > 0.01
    }
    #expect(told.active == active && told.active_units == active.count && told.latent == 4)
    // One sample has no spread.
    #expect(try evaluate(folder, ["--importance-samples", "1"]).sampling_error == nil)
  }

  /// Two images a chunk and more; the last chunks are not full.
  @Test("samples are grouped in other ways on no account", arguments: [2, 70, 1500])
  func ranks(samples: Int) throws {
    let folder = try RunFolder.trained()
    let words = ["evaluate", folder.run, "--importance-samples", "\(samples)"]
    var files: [Data] = []
    for (launch, threads) in [(Launch.alone, 1), (.ranks(2), 2), (.ranks(3), 1)] {
      let path = folder.path("bounds.npy")
      try Job(words + ["--per-image", path, "--threads-per-rank", "\(threads)"], launch).succeed()
      files.append(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
    #expect(files[0] == files[1] && files[0] == files[2])
  }

  @Test("a bar shows the images done")
  func progress() throws {
    let folder = try RunFolder.trained()
    let outcome = try Job([
      "evaluate", folder.run, "--importance-samples", "3000", "--progress", "always",
    ]).succeed()
    let drawn = outcome.errors.components(separatedBy: "\r\u{1b}[K")
    #expect(drawn.contains { $0.contains(" 70 of 70 images  ") && $0.hasSuffix(" left") })
    #expect(outcome.output.contains("\nlog_likelihood  -"))
    #expect(
      outcome.output.hasSuffix(
        "\nnote            not a likelihood: grey pixels count as probabilities\n"))
  }
}

/// What is kept of a bound beside the run.
@Suite struct LikelihoodRecordTests {
  @Test("the report tells the bound of its checkpoint, and of no other", arguments: Launch.both)
  func report(launch: Launch) throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "1", "--pixels", "dynamic").succeed()
    let words = ["evaluate", folder.run, "--importance-samples", "10"]
    try Job(words, launch).succeed()
    let kept = try folder.contents.text("likelihood.json")
    #expect(kept.contains("\"model_sha256\" : \"\(try folder.contents.digest())\""))
    try Job(["report", folder.run], launch).succeed()
    let page = try folder.contents.text("report.html")
    #expect(
      page.contains("Bound on log p(x)") && page.contains("nats, fixed binarisation, K = 10"))
    #expect(page.contains("with 10 samples of z for each of 70 test images"))
    #expect(!page.contains("not a likelihood"))
    // Going on leaves the file, which is of another checkpoint then.
    try folder.train("--epochs", "2").succeed()
    #expect(try folder.contents.text("likelihood.json") == kept)
    #expect(try !folder.contents.text("report.html").contains("Bound on log p(x)"))
    // Another run in the directory moves it aside.
    try folder.train("--epochs", "1", "--resume", "none").succeed()
    #expect(try !folder.contents.names().contains("likelihood.json"))
    #expect(try RunContents(folder.path("run/previous-1")).text("likelihood.json") == kept)
  }

  @Test("bounds of other images and of other files are not kept")
  func others() throws {
    let folder = try RunFolder.trained()
    let other = try SmallData(test: 20).write(
      to: folder.folder.url.appendingPathComponent("other"))
    let words = ["--importance-samples", "2"]
    try Job(["evaluate", folder.run, "--data", other] + words).succeed()
    try FileManager.default.copyItem(
      atPath: "\(folder.run)/latest/model.safetensors", toPath: folder.path("m.safetensors"))
    try Job(["evaluate", folder.path("m.safetensors"), "--data", folder.data] + words).succeed()
    try Job(["evaluate", folder.run]).succeed()
    #expect(try !folder.contents.names().contains("likelihood.json"))
    try Job(["evaluate", "\(folder.run)/step-00000004"] + words).succeed()
    #expect(try folder.contents.text("likelihood.json").contains("\"step\" : 4"))
    try Job(["report", folder.run]).succeed()
    #expect(try !folder.contents.text("report.html").contains("Bound on log p(x)"))
  }

  @Test("a run directory that cannot be written to is told of, and the bound is, too")
  func readOnly() throws {
    let folder = try RunFolder.trained()
    try FileManager.default.createDirectory(
      atPath: "\(folder.run)/likelihood.json", withIntermediateDirectories: true)
    let outcome = try Job(["evaluate", folder.run, "--importance-samples", "2"]).succeed()
    #expect(outcome.output.contains("\nlog_likelihood  -"))
    #expect(outcome.errors.contains("not kept for the run's report"))
  }
}

/// Long evaluations that are asked to stop.
@Suite struct LikelihoodStopTests {
  /// Minutes of work, of which an image takes some milliseconds.
  private static func long(_ folder: RunFolder) throws -> [String] {
    let data = try SmallData(test: 3000).write(
      to: folder.folder.url.appendingPathComponent("large"))
    return [
      "evaluate", folder.run, "--data", data, "--importance-samples", "20000", "--per-image",
      folder.path("bounds.npy"),
    ]
  }

  /// Expects a partial result, and returns the number of images done.
  @discardableResult
  private func expectPart(_ outcome: Command.Outcome, _ folder: RunFolder) throws -> Int {
    // MPICH 4.0.2's launcher may return 0 for ranks to which it has passed a signal on.
    #expect(
      outcome.status == 75 || !Library.isOpenMPI && outcome.status == 0, "\(outcome.reported)")
    let text = outcome.output.replacing("\r", with: "")
    let line =
      /log_likelihood  (\S+)  \(20000 importance samples, the first ([\d,]+) of 3,000 images\)/
    let match = try #require(text.firstMatch(of: line), "\(outcome.reported)")
    let count = try #require(Int(match.2.replacing(",", with: "")))
    let file = try floats(folder.path("bounds.npy"))
    #expect(file.header.contains("'shape': (\(count), 2)"))
    if count > 0 {
      let sum = stride(from: 0, to: 2 * count, by: 2).reduce(0) { $0 + Double(file.values[$1]) }
      #expect(Double(match.1) == sum / Double(count))
    }
    // What is not whole is not kept.
    #expect(!FileManager.default.fileExists(atPath: "\(folder.run)/likelihood.json"))
    return count
  }

  @Test("--stop-after", arguments: [Launch.alone, .ranks(2), .ranks(3)])
  func stopAfter(launch: Launch) throws {
    let folder = try RunFolder.trained()
    let start = ContinuousClock.now
    let outcome = try Job(Self.long(folder) + ["--stop-after", "3"], launch).command.run()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    #expect(seconds > 3 && seconds < 8, "\(seconds) s")
    #expect(try expectPart(outcome, folder) > 0)
  }

  @Test("time that is up before the first image lets none be done")
  func atOnce() throws {
    let folder = try RunFolder.trained()
    let outcome = try Job(Self.long(folder) + ["--stop-after", "0"]).command.run()
    #expect(try expectPart(outcome, folder) == 0)
  }

  /// Sends `signal` to the job, or to one rank of it, two seconds after it has begun, and expects it to end
  /// within another two and a second for each rank to leave MPI.
  @Test(
    "a signal ends it with what is done",
    arguments: [("TERM", -1, 1), ("INT", -1, 1), ("USR1", -1, 1), ("USR1", -1, 3), ("TERM", 1, 2)])
  func signal(signal: String, rank: Int, ranks: Int) throws {
    let folder = try RunFolder.trained()
    let job = Job(try Self.long(folder), ranks == 1 ? .alone : .ranks(ranks))
    let script = """
      \(Library.ranksFunction)
      signal=$1 rank=$2; shift 2
      env --default-signal=INT "$@" & job=$!
      sleep 2.5
      target=$job
      if [ "$rank" -ge 0 ]; then set -- $(ranks $job); shift "$rank"; target=$1; fi
      kill -$signal $target
      wait $job
      """
    let start = ContinuousClock.now
    let outcome = try Command(
      ["sh", "-c", script, "sh", signal, "\(rank)"] + job.command.words,
      environment: job.command.environment
    ).run()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    #expect(seconds < 2.5 + 4, "\(seconds) s")
    try expectPart(outcome, folder)
    #expect(outcome.errors.contains("again ends at once") == (ranks == 1 && signal != "USR1"))
  }
}
