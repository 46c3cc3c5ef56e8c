import Foundation
import Support
import Testing

/// `--on-nonfinite rollback` where a machine errs, and what is not healed.
@Suite struct RollbackTests {
  /// As a memory that errs would: a NaN is written over a bias of one of the job's processes, while it
  /// trains, once it has taken so many `steps`. The biases are those of the parameters in the file `model`.
  private func poked(
    _ folder: RunFolder, _ words: [String], _ launch: Launch, after steps: Int = 600,
    model: String? = nil
  ) throws -> Command.Outcome {
    let job = Job(folder.trainWords() + words, launch)
    let script = """
      \(Library.ranksFunction)
      run=$1 poke=$2 model=$3 steps=$4; shift 4
      rm -f "$run/.lock"
      "$@" & job=$!
      until [ -e "$model" ] && read -r done rest 2>/dev/null <"$run/.lock" && [ "${done:-0}" -ge "$steps" ]; do
        kill -0 $job || exit 99
        sleep 0.01
      done
      case $1 in */lockstep) set -- $job ;; *) set -- $(ranks $job) ;; esac
      kill -STOP "$@"
      python3 "$poke" "$model" "$1" || { kill -KILL "$@"; exit 98; }
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
      [
        "sh", "-c", script, "sh", folder.run, file,
        model ?? "\(folder.run)/latest/model.safetensors", "\(steps)",
      ] + job.command.words,
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

  /// Where a run begins that goes back before its first checkpoint.
  enum Beginning: String, CaseIterable, CustomTestStringConvertible {
    case seed, file, checkpoint, anew
    var testDescription: String { rawValue }
  }

  @Test(
    "before the first checkpoint the run goes back to where it began", arguments: Beginning.allCases
  )
  func beginning(_ beginning: Beginning) throws {
    let folder = try RunFolder(SmallData(train: 60_000))
    let other = folder.path("other")
    let short = ["--learning-rate", "1e-30", "--epochs", "100000", "--log-every", "100"]
    // Another seed than the default: who begins with the seed in the place of this run's model has another
    // one.
    let seed = beginning == .seed || beginning == .anew ? [] : ["--seed", "7"]
    try Job(folder.trainWords(run: other) + short + seed + ["--max-steps", "300"]).succeed()
    var words = short + ["--max-steps", "6000", "--on-nonfinite", "rollback"]
    switch beginning {
    case .seed: break
    case .file: words += ["--init", other]
    case .checkpoint: words += ["--resume", other]
    case .anew:
      try Job(folder.trainWords() + short + ["--max-steps", "1"]).succeed()
      words += ["--resume", "none"]
    }
    let whole = folder.path("whole")
    try Job(folder.trainWords(run: whole) + words).succeed()
    let outcome = try poked(
      folder, words, .alone, after: 400, model: "\(other)/latest/model.safetensors")
    #expect(outcome.status == 0, "\(outcome.reported)")
    let contents = folder.contents
    #expect(try contents.count("rollback") == 1)
    #expect(try contents.model() == RunContents(whole).model())
    #expect(try contents.count("step") == RunContents(whole).count("step"))
    let previous = try contents.names().filter { $0.hasPrefix("previous") }
    #expect(previous == (beginning == .anew ? ["previous-1"] : []), "\(outcome.reported)")
  }

  @Test("where one team's parameters are not finite no batch is passed over, on any rank")
  func oneTeam() throws {
    let folder = try RunFolder(SmallData(train: 60_000))
    // With all-gather teams take over one another's parameters, wrong ones too, or are healed so.
    let words =
      Self.long + ["--on-nonfinite", "skip", "--teams", "rank", "--exchange", "all-reduce"]
    let outcome = try poked(folder, words, .ranks(2))
    #expect(outcome.status == 70, "\(outcome.reported)")
    #expect(try folder.contents.count("skip") == 0)
  }
}
