import Foundation
import Kernels
import Support
import Testing

@testable import lockstep

/// Flags from a file and from the environment, and what `--dry-run` makes of them.
@Suite struct ConfigurationTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  private func write(_ text: String) throws -> String {
    let path = folder.path("flags.yaml")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// What `--dry-run` resolves: the lines that are no comments.
  private func resolved(
    _ words: [String], _ launch: Launch = .alone, environment: [String: String] = [:]
  ) throws -> [String] {
    let job = Job(
      ["train", "--dry-run", "--data", folder.data, "--run", folder.run] + words, launch,
      environment: environment)
    let lines = try job.succeed().output.split(whereSeparator: \.isNewline).map(String.init)
    #expect(lines.last == "# Nothing was trained, and nothing written.")
    return lines.filter { !$0.hasPrefix("#") }
  }

  @Test("the recipes of published figures are configurations")
  func recipes() throws {
    let folder = URL(fileURLWithPath: #filePath)
      .appendingPathComponent("../../../scripts/recipes").standardizedFileURL
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }
    #expect(names.count >= 6)
    for name in names {
      let lines = try resolved(["--config", folder.appendingPathComponent(name).path])
      #expect(lines.contains { $0.hasPrefix("epochs: ") }, "\(name)")
    }
  }

  @Test("the command line wins over the environment, that over the file", arguments: Launch.both)
  func precedence(launch: Launch) throws {
    let file = try write("\u{FEFF}epochs: 3\nhidden: 8\nbatch-size: 20\nlearning-rate: 1e-4\n")
    let lines = try resolved(
      ["--config", file, "--hidden", "16"], launch,
      environment: ["LOCKSTEP_HIDDEN": "12", "LOCKSTEP_BATCH_SIZE": "30", "LOCKSTEP_SEED": ""])
    for line in [
      "hidden: 16", "batch-size: 30", "epochs: 3", "learning-rate: 1e-4", "seed: 1", "latent: 20",
    ] {
      #expect(lines.contains(line), "\(line) is not in \(lines)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }

  @Test(
    "flags of a file that lose their meaning by the command line's are left out, and lists are read"
  )
  func leftOut() throws {
    let file = try write(
      """
      hidden: [16, 8]
      schedule: step
      milestones:
      - 2
      - 5
      pixels: dynamic
      objective: iwae
      importance-samples: 3
      """)
    let lines = try resolved(["--config", file])
    #expect(lines.contains("hidden: 16,8") && lines.contains("milestones: 2,5"), "\(lines)")
    let others = try resolved(
      ["--config", file, "--schedule=constant", "--model", "autoencoder"],
      environment: ["LOCKSTEP_OPTIMIZER": "sgd"])
    for name in ["milestones", "objective", "importance-samples", "epsilon"] {
      #expect(!others.contains { $0.hasPrefix("\(name): ") }, "\(name) in \(others)")
    }
    // What the command line itself gives is a mistake.
    let job = Job(
      folder.trainWords() + ["--config", file, "--schedule", "constant", "--milestones", "4"])
    try job.fail(64, "--milestones 4 is of use with --schedule step alone")
  }

  @Test("what a dry run prints is a configuration")
  func again() throws {
    let words = ["--hidden", "16", "--latent", "3", "--checkpoint-every", "30s", "--keep", "2"]
    let lines = try resolved(words)
    let file = try write(lines.joined(separator: "\n"))
    #expect(try resolved(["--config", file]) == lines)
  }

  @Test("the environment wins over the file also where it turns a flag off")
  func turnedOff() throws {
    let file = try write("quiet: true\nepochs: 1\n")
    let words = folder.trainWords() + ["--config", file]
    let told = try Job(words, environment: ["LOCKSTEP_QUIET": "false"]).succeed()
    #expect(told.output.contains("epoch 1"))
  }

  @Test("the command line turns off what a file turns on, and on what the environment turns off")
  func inverse() throws {
    let file = try write("quiet: yes\ndry-run: true\n")
    let told = try Job(
      folder.trainWords() + ["--epochs", "1", "--config", file, "--no-quiet"],
      environment: ["LOCKSTEP_DRY_RUN": "off"]
    ).succeed()
    #expect(told.output.contains("epoch 1"))
    let silent = try Job(
      folder.trainWords() + ["--epochs", "2", "--quiet"], environment: ["LOCKSTEP_QUIET": "0"]
    ).succeed()
    #expect(silent.output.isEmpty)
  }

  @Test("a run's config.yaml leads to the same files from any folder, and later")
  func paths() throws {
    try folder.train("--epochs", "1").succeed()
    let run = URL(fileURLWithPath: folder.run)
    let above = run.deletingLastPathComponent()
    let data = URL(fileURLWithPath: folder.data)
    try FileManager.default.createSymbolicLink(
      at: above.appendingPathComponent("images"), withDestinationURL: data)
    let name = run.lastPathComponent
    let outcome = try Job([
      "train", "--data", "./images", "--init", "\(name)/latest/model.safetensors", "--run", "other",
      "--epochs", "1",
    ]).command.run(in: above)
    #expect(outcome.status == 0, "\(outcome.reported)")
    let other = above.appendingPathComponent("other").path
    let real = above.resolvingSymlinksInPath().path
    let lines = try RunContents(other).text("config.yaml").split(separator: "\n")
    #expect(lines.contains("data: \(real)/images"), "\(lines)")
    #expect(lines.contains("init: \(real)/\(name)/step-00000004/model.safetensors"), "\(lines)")
    try Job(
      ["train", "--config", "\(other)/config.yaml", "--run", other, "--epochs", "2"]
    ).succeed()
  }

  @Test("a run's config.yaml starts the same run again")
  func sameRun() throws {
    try folder.train("--epochs", "1", "--latent", "3").succeed()
    try Job(
      ["train", "--config", "\(folder.run)/config.yaml", "--run", folder.path("again")]
    ).succeed()
    try RunContents(folder.path("again")).expectSame(as: folder.contents)
  }

  /// Of these digits 15, as many libraries write, are another number.
  @Test("a run goes on with its own config.yaml, to the last digit")
  func ownFile() throws {
    let rate = "0.0003333333333333334"
    try folder.train("--epochs", "1", "--learning-rate", rate).succeed()
    #expect(try folder.contents.text("config.yaml").contains("learning-rate: \(rate)\n"))
    try Job(
      ["train", "--config", "\(folder.run)/config.yaml", "--run", folder.run, "--epochs", "2"]
    ).succeed()
  }

  @Test("other commands take flags from the environment")
  func evaluate() throws {
    try folder.train("--epochs", "1").succeed()
    let given = try Job(["evaluate", folder.run, "--data", folder.data]).succeed().output
    let variable = try Job(
      ["evaluate", folder.run], environment: ["LOCKSTEP_DATA": folder.data]
    ).succeed().output
    #expect(given == variable)
  }

  private static let badFiles: [(String, String)] = [
    (
      "lerning-rate: 1\n",
      "flags.yaml:1: there is no flag 'lerning-rate'; did you mean 'learning-rate'? See lockstep train --help"
    ),
    ("seed: 1\nbatch_size: 2\n", ":2: there is no flag 'batch_size'; did you mean 'batch-size'?"),
    ("something: 1\n", "there is no flag 'something'; see"),
    ("config: other.yaml\n", "there is no flag 'config'"),
    ("help: true\n", "there is no flag 'help'"),
    ("epochs: [1, 2]\n", "'1,2' is invalid for '--epochs"),
    ("epochs: []\n", "'epochs' must have one value"),
    ("hidden: [[1], 2]\n", "'hidden' must have one value, or a list of them"),
    ("epochs:\n", "'epochs' must have one value"),
    ("init: ~\n", "'init' must have one value"),
    ("init: null\n", "'init' must have one value"),
    ("epochs: |\n  3\n", "'epochs' must have one value"),
    ("no-quiet: true\n", "there is no flag 'no-quiet'"),
    ("epochs: 0\n", "--epochs must be at least 1 (flags were also read from "),
    ("epochs: -1\n", "--epochs must be at least 1"),
    ("epochs: many\n", "'many' is invalid for '--epochs"),
    ("dry-run: perhaps\n", "'dry-run' is true or false, not 'perhaps'"),
    ("epochs: 1\nepochs: 2\n", "this is not YAML"),
    ("epochs: [\n", "this is not YAML"),
    ("- epochs\n", "one name and value a line is expected"),
    ("", "one name and value a line is expected"),
  ]

  @Test("a file that no flag can say is refused", arguments: Launch.each(badFiles, onRanks: 0, 7))
  func bad(text: (String, String), launch: Launch) throws {
    let file = try write(text.0)
    try Job(["train", "--config", file, "--run", folder.run], launch).fail(64, text.1)
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }

  @Test("bad variables and files that are not there are refused")
  func badSources() throws {
    try Job(["train", "--config", "/nowhere/run.yaml"]).fail(64, "/nowhere/run.yaml: cannot read")
    try Job(["train", "--config", "/dev/zero"]).fail(64, "/dev/zero: this is larger than")
    try Job(["train", "--config"]).fail(64, "Missing value for '--config")
    try Job(["train", "--config", ""]).fail(64, "--config must name a file")
    try Job(["train"], environment: ["LOCKSTEP_EPOCHS": "x"])
      .fail(64, "'x' is invalid", "also read from LOCKSTEP_EPOCHS")
    try Job(["train"], environment: ["LOCKSTEP_DRY_RUN": "x"])
      .fail(64, "LOCKSTEP_DRY_RUN: 'dry-run' is true or false")
    try Job(["train", "--help"], environment: ["LOCKSTEP_DRY_RUN": "x"]).succeed()
  }

  @Test("a variable that changes nothing is told of, and those of the scripts are not")
  func nearly() throws {
    var known = Dictionary(uniqueKeysWithValues: Variables.others.map { ($0, "1") })
    known[InstructionSet.variable] = InstructionSet.current.rawValue
    let outcome = try Job(
      folder.trainWords() + ["--dry-run"],
      environment: known.merging([
        "LOCKSTEP_EPOCH": "3", "LOCKSTEP_LR": "3", "LOCKSTEP_SOMETHING": "1",
      ]) { $1 }
    ).succeed()
    #expect(
      outcome.errors == """
        lockstep: LOCKSTEP_EPOCH belongs to no flag; did you mean LOCKSTEP_EPOCHS?
        lockstep: LOCKSTEP_LR belongs to no flag; did you mean LOCKSTEP_LEARNING_RATE?
        lockstep: LOCKSTEP_SOMETHING belongs to no flag and changes nothing; \
        lockstep train --help-hidden names the flags

        """)
  }

  @Test("every variable that a page or script of ours tells of is known, and no other")
  func variables() throws {
    let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..")
      .standardizedFileURL
    var named: Set<String> = []
    for place in ["README.md", "Package.swift", "scripts", "cluster", "checkpoints", "Tests"] {
      let outcome = try Command([
        "grep", "-rhoEI", "--exclude=ConfigurationTests.swift", "LOCKSTEP_[A-Z_]*[A-Z]", place,
      ]).run(in: root)
      named.formUnion(outcome.output.split(separator: "\n").map(String.init))
    }
    let flags = try CommandDescription.program().variables
    #expect(named.subtracting(flags).subtracting(Variables.others) == [])
    #expect(Set(Variables.others).subtracting(named) == [])
  }

  @Test("a dry run tells where parameters come from, and ranks must agree on it")
  func origin() throws {
    try folder.train("--epochs", "1").succeed()
    let file = "\(folder.run)/step-00000004/model.safetensors"
    let words = folder.trainWords(run: folder.path("other"))
    let told = try Job(words + ["--init", file, "--dry-run"]).succeed().output
    #expect(told.contains("# begins   with step 1, parameters those of \(file)\n"))
    let parts = [words, words + ["--dry-run"]].map { ["-n", "1", Command.built("lockstep")] + $0 }
    let outcome = try Command.mpirun(parts, environment: Job.failing).run()
    outcome.expectFailure(70, ["the configuration of rank 1 on "])
  }

  /// 200 images in batches of 50 are 4 steps an epoch.
  @Test("a dry run tells the plan, and goes on where the run would", arguments: Launch.both)
  func plan(launch: Launch) throws {
    let job = Job(folder.trainWords() + ["--dry-run", "--epochs", "5"], launch)
    let before = try job.succeed().output.replacing("\r", with: "")
    #expect(before.contains("# begins   with step 1, parameters drawn from the seed\n"))
    #expect(before.contains("# steps    4 an epoch, 20 left to epoch 5\n"))
    #expect(before.contains("# data     200 images to train on, 70 to test on\n"))
    let short = try Job(folder.trainWords() + ["--dry-run", "--max-steps", "3"], launch).succeed()
    #expect(short.output.contains("# steps    4 an epoch, 3 left to step 3"))
    try folder.train("--epochs", "2").succeed()
    let names = try folder.contents.names()
    let after = try job.succeed().output.replacing("\r", with: "")
    #expect(after.contains("# begins   after step 8, from \(folder.run)/step-00000008\n"))
    #expect(after.contains("# steps    4 an epoch, 12 left to epoch 5\n"))
    #expect(after.contains("epochs: 5\n"))
    #expect(try folder.contents.names() == names)
    try Job(folder.trainWords() + ["--dry-run", "--hidden", "17"], launch)
      .fail(64, "--hidden 17 would change the model")
  }
}
