import ArgumentParser
import Foundation
import Support
import Testing

@testable import lockstep

/// What becomes of the words of a command line.
@Suite struct ArgumentTests {
  /// What some sites preload into every program changes its environment, where Swift looks for the
  /// words.
  @Test("words arrive whatever is loaded before the program")
  func preloaded() throws {
    let folder = try TemporaryFolder()
    let source = """
      #include <stdlib.h>
      __attribute__((constructor)) static void set(void) { setenv("SITE_TOOL", "1", 1); }
      """
    try Data(source.utf8).write(to: folder.url.appendingPathComponent("site.c"))
    // Swift brings a clang, which some installations keep to themselves.
    let compile = "$(command -v clang || command -v cc) -shared -fPIC -o site.so site.c"
    let built = try Command(["sh", "-c", compile]).run(in: folder.url)
    try #require(built.status == 0, "\(built.errors)")
    let library = folder.url.appendingPathComponent("site.so").path
    for launch in Launch.both {
      try Job(["inspect", "/nowhere"], launch, environment: ["LD_PRELOAD": library])
        .fail(74, "/nowhere: there is no checkpoint")
    }
  }

  @Test(
    "words arrive, and a run ends well, where /proc is not mounted",
    .enabled(if: Hosts.obstacle == nil, "mounting takes root or namespaces"))
  func noProc() throws {
    let folder = try RunFolder()
    let without = "umount --lazy /proc"
    try Job(["inspect", "/nowhere"]).command.mounting(without).run()
      .expectFailure(74, ["/nowhere: there is no checkpoint"])
    let outcome = try folder.train("--epochs", "1").command.mounting(without).run()
    #expect(outcome.status == 0, "\(outcome.reported)")
    #expect(try folder.contents.isWhole("step-00000004"))
  }

  @Test("nothing to do is no success, and help asked for is one")
  func none() throws {
    let outcome = try Job([]).command.run()
    #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.reported)")
    #expect(outcome.errors.contains("SUBCOMMANDS:"))
    #expect(
      outcome.errors.hasSuffix(
        "lockstep: a command is missing, as in lockstep train; see lockstep --help\n"))
    for words in [["help"], ["help", "train"], ["-h"], ["train", "-h"], ["train", "--help"]] {
      #expect(try Job(words).succeed().output.contains("USAGE: lockstep"))
    }
  }

  private static let mistakes: [([String], String)] = [
    (["train", "-epochs", "2"], "'-epochs'; did you mean '--epochs'? See lockstep train --help"),
    (["train", "-batch-size", "64"], "'-batch-size'; did you mean '--batch-size'?"),
    (["train", "-hidden=20"], "'-hidden'; did you mean '--hidden'?"),
    (["train", "-lr", "2"], "'-lr'; did you mean '--learning-rate'?"),
    (["train", "--lr", "2"], "'--lr'; did you mean '--learning-rate'?"),
    (["train", "--output-dir", "x"], "'--output-dir'; did you mean '--run'?"),
    (["train", "--batch_size=3"], "'--batch_size'; did you mean '--batch-size'?"),
    (["train", "--checkpoint", "3"], "did you mean '--checkpoint-every'?"),
    (["train", "-n", "4"], "-n 2 lockstep train"),
    (["train", "-help"], "'-help'; did you mean '--help'?"),
    (["-help"], "Unknown option '-help'; did you mean '--help'? See lockstep --help"),
    (["sample", "run", "-o", "x.npy"], "'-o'; did you mean '--output'?"),
    (["trian", "-epochs", "2"], "Unexpected argument 'trian'; did you mean 'train'?"),
    (["trian", "--help"], "Unexpected argument 'trian'; did you mean 'train'?"),
    (["train", "m"], "Unexpected argument 'm': a run is named with --run"),
    (["train", "--EPOCHS", "2"], "'--EPOCHS'; did you mean '--epochs'?"),
    (["train", "--no-tensorboard"], "did you mean '--tensorboard off'?"),
    (["evaluate", "--run", "m"], "without a flag, as in lockstep evaluate checkpoints/mnist"),
    (["train", "--gamma", "4"], "Unknown option '--gamma'; see lockstep train --help"),
    (["train", "--quiet", "yes"], "Unexpected argument 'yes': --quiet takes no value"),
    (["train", "--per-image", "4"], "it is a flag of lockstep evaluate"),
    (["-epochs", "3"], "did you mean 'lockstep train --epochs'?"),
    (["evaluate", "--model", "m"], "without a flag, as in lockstep evaluate checkpoints/mnist"),
    (["train", "--hidden=20", "30"], "Unexpected argument '30'; see"),
    (["fit"], "Unexpected argument 'fit'; did you mean 'train'?"),
    (["--epochs", "3"], "before the command; did you mean 'lockstep train --epochs'?"),
    (["--lr", "3"], "did you mean 'lockstep train --learning-rate'?"),
    (["help", "trian"], "Unexpected argument 'trian'; did you mean 'train'?"),
    (["help", "train", "more"], "Unexpected argument 'more'"),
  ]

  @Test("flags that are none", arguments: Launch.each(mistakes, onRanks: 0))
  func mistake(words: ([String], String), launch: Launch) throws {
    try Job(words.0, launch).fail(64, words.1)
  }

  @Test("a number's minus is no flag's hyphen")
  func minus() throws {
    try Job(["train", "--learning-rate", "-1e-3"]).fail(64, "--learning-rate must be a positive")
  }

  /// The program would make a folder of another name.
  @Test("an argument or variable that is not UTF-8 is refused")
  func encoding() throws {
    let folder = try TemporaryFolder()
    let words = ["sh", "-c", #""$0" train --run "$(printf 'caf\351/run')""#]
    try Command(words + [Command.built("lockstep")], environment: Job.environment)
      .run(in: folder.url).expectFailure(64, [#"'caf\xE9/run' is not UTF-8"#])
    let variable = ["sh", "-c", #"LOCKSTEP_RUN="$(printf 'caf\351')" "$0" train"#]
    try Command(variable + [Command.built("lockstep")], environment: Job.environment)
      .run(in: folder.url).expectFailure(64, ["LOCKSTEP_RUN", #"'caf\xE9' is not UTF-8"#])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test("a path's ~ is the home folder where no shell has seen it")
  func home() throws {
    let folder = try TemporaryFolder()
    let home = ["HOME": "/the/home"]
    let file = folder.url.appendingPathComponent("flags.yaml")
    try Data("data: ~/mnist\n".utf8).write(to: file)
    func expect(_ words: [String], _ environment: [String: String] = [:]) throws {
      let outcome = try Job(words, environment: environment.merging(home) { $1 }).command
        .run(in: folder.url)
      #expect(
        outcome.status == 74 && outcome.errors.contains(" /the/home/mnist"), "\(outcome.reported)")
    }
    try expect(["train", "--config", file.path])
    try expect(["train"], ["LOCKSTEP_DATA": "~/mnist"])
    try expect(["train", "--data=~/mnist"])
    try expect(["inspect", "~/mnist"])
    try Job(["inspect", "~/mnist"], environment: ["HOME": ""]).fail(64, "HOME is not set")
  }
}

/// What is told of values that make no sense.
@Suite struct ExpectedValueTests {
  @Test("of every flag that takes one, what would do")
  func all() throws {
    let program = try CommandDescription.program()
    for command in program.commands + program.hiddenCommands {
      for flag in command.flags where flag.takesValue {
        let hint = try #require(
          ExpectedValue.hint(for: flag), "\(command.name) --\(flag.name ?? "")")
        let others = ["sample": ["run", "--output", "x.npy"]][command.name] ?? []
        do {
          _ = try Lockstep.parseAsRoot([command.name] + others + hint.example)
        } catch {
          // Without the others the flag may be of no use; its value must be of the right kind.
          #expect(!Lockstep.message(for: error).contains("is invalid for"), "\(hint)")
        }
      }
    }
  }

  @Test("names that other programs have lead to flags that there are")
  func synonyms() throws {
    let program = try CommandDescription.program()
    let names = Set(program.commands.flatMap(\.flags).compactMap(\.name) + ["version"])
    for (synonym, name) in UnknownFlag.synonyms {
      #expect(names.contains(name) && !names.contains(synonym), "\(synonym): \(name)")
    }
  }
}
