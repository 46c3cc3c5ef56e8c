import Foundation
import Support
import Testing

/// `--on-nonfinite` and `--loss-limit`. One of the images has a pixel that no other has, and the weights of
/// that pixel are such that its loss is beyond all measure.
@Suite struct TroubleTests {
  /// The number of that image, and of the pixel.
  private static let (image, pixel) = (120, 8 * 9 + 3)

  /// Small data with that image.
  private func folder() throws -> RunFolder {
    let folder = try RunFolder(SmallData(rows: 9, columns: 9))
    let path = URL(fileURLWithPath: "\(folder.data)/train-images-idx3-ubyte")
    var bytes = try Data(contentsOf: path)
    bytes[16 + Self.image * 81 + Self.pixel] = 255
    try bytes.write(to: path)
    return folder
  }

  /// Parameters to begin with, in which the weights of the pixel are `weight`.
  private func parameters(_ folder: RunFolder, weight: Float) throws -> String {
    let run = folder.path("begin")
    try folder.train("--max-steps", "1", "--learning-rate", "1e-30", run: run).succeed()
    var bytes = try RunContents(run).model()
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any]
    let tensor = try #require(header?["fc1.weight"] as? [String: Any])
    #expect(tensor["shape"] as? [Int] == [16, 81])
    let start = 8 + length + (try #require(tensor["data_offsets"] as? [Int]))[0]
    for unit in 0..<16 {
      let place = start + 4 * (81 * unit + Self.pixel)
      withUnsafeBytes(of: weight.bitPattern.littleEndian) {
        bytes.replaceSubrange(place..<place + 4, with: $0)
      }
    }
    let file = folder.path("begin.safetensors")
    try bytes.write(to: URL(fileURLWithPath: file))
    return file
  }

  /// How a run of three epochs ends, the same however many ranks there are.
  @Test(
    "a batch whose loss is not finite, or too large, is passed over, the same on any ranks",
    arguments: [(Float(3e38), [String]()), (Float(200), ["--loss-limit", "5"])])
  func skip(weight: Float, words: [String]) throws {
    let folder = try folder()
    let words =
      ["--epochs", "3", "--init", try parameters(folder, weight: weight), "--on-nonfinite", "skip"]
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
    let folder = try folder()
    let file = try parameters(folder, weight: 3e38)
    try folder.train(
      "--epochs", "2", "--init", file, "--on-nonfinite", "skip:1", "--teams", "rank", "--wire",
      "bf16", "--exchange", "all-reduce", on: .ranks(2)
    ).succeed()
    #expect(try folder.contents.count("skip") == 2)
  }

  @Test("without a word of it such a step ends the run", arguments: Launch.both)
  func stop(launch: Launch) throws {
    let folder = try folder()
    let file = try parameters(folder, weight: 200)
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

  @Test("going back does not help against data", arguments: Launch.both)
  func sameAgain(launch: Launch) throws {
    let folder = try folder()
    let words = ["--epochs", "3", "--init", try parameters(folder, weight: 3e38)]
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

  /// As a memory that errs would: a NaN is written over a bias of one of the job's processes, while it
  /// trains.
  private func poked(_ folder: RunFolder, _ words: [String], _ launch: Launch) throws
    -> Command.Outcome
  {
    let job = Job(folder.trainWords() + words, launch)
    let script = """
      \(Library.ranksFunction)
      run=$1 poke=$2; shift 2
      "$@" & job=$!
      until [ -e "$run/latest/model.safetensors" ]; do kill -0 $job || exit 99; sleep 0.01; done
      case $1 in */lockstep) set -- $job ;; *) set -- $(ranks $job) ;; esac
      kill -STOP "$@"
      python3 "$poke" "$run/latest/model.safetensors" "$1" || { kill -KILL "$@"; exit 98; }
      kill -CONT "$@"
      wait $job
      """
    let poke = """
      import json, re, struct, sys
      model = open(sys.argv[1], "rb").read()
      size = struct.unpack("<Q", model[:8])[0]
      place = 8 + size + json.loads(model[8:8 + size])["fc1.bias"]["data_offsets"][0]
      biases, count = model[place:place + 64], 0
      with open(f"/proc/{sys.argv[2]}/mem", "r+b", 0) as memory:
          for line in open(f"/proc/{sys.argv[2]}/maps"):
              start, end = (int(word, 16) for word in line.split()[0].split("-"))
              if not line.split()[1].startswith("rw") or "[v" in line: continue
              memory.seek(start)
              try: old = memory.read(end - start)
              except OSError: continue
              for match in re.finditer(re.escape(biases), old):
                  memory.seek(start + match.start())
                  memory.write(struct.pack("<f", float("nan")))
                  count += 1
      sys.exit(0 if count else 1)
      """
    let file = folder.path("poke.py")
    try Data(poke.utf8).write(to: URL(fileURLWithPath: file))
    return try Command(
      ["sh", "-c", script, "sh", folder.run, file] + job.command.words,
      environment: job.command.environment
    ).run()
  }

  private static let long = [
    "--max-steps", "6000", "--epochs", "100000", "--learning-rate", "1e-30", "--log-every", "100",
    "--checkpoint-every", "500",
  ]

  @Test("a parameter that is not finite is loaded again", arguments: Launch.both)
  func rollback(launch: Launch) throws {
    let folder = try RunFolder(SmallData(train: 60_000))
    let words = Self.long + ["--on-nonfinite", "rollback"]
    let outcome = try poked(folder, words, launch)
    #expect(outcome.status == 0, "\(outcome.reported)")
    #expect(
      outcome.reported.contains(
        "goes back to the last checkpoint, or the beginning (1 of at most 3 times): "))
    #expect(try folder.contents.count("rollback") == 1)
    #expect(
      try folder.contents.text("report.html").contains("The run went back to a checkpoint 1 time"))
    let whole = folder.path("whole")
    try Job(folder.trainWords(run: whole) + words, launch).succeed()
    #expect(try RunContents(whole).model() == folder.contents.model())
    #expect(try RunContents(whole).count("step") == folder.contents.count("step"))
  }

  @Test("where one team's parameters are not finite no batch is passed over, on any rank")
  func oneTeam() throws {
    let folder = try RunFolder(SmallData(train: 60_000))
    let words = Self.long + ["--on-nonfinite", "skip", "--teams", "rank"]
    let outcome = try poked(folder, words, .ranks(2))
    #expect(outcome.status == 70, "\(outcome.reported)")
    #expect(try folder.contents.count("skip") == 0)
  }
}

extension RunContents {
  /// How many rows of the metrics are of a kind.
  fileprivate func count(_ kind: String) throws -> Int {
    try text("metrics.jsonl").split(separator: "\n").count { $0.contains("\"kind\":\"\(kind)\"") }
  }
}
