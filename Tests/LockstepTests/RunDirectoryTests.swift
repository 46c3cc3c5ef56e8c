import Foundation
import Support
import Testing

/// The run directory: odd paths, no room, no permission, someone else in it.
@Suite struct RunDirectoryTests {
  @Test(
    "odd paths to it lead to the same run",
    arguments: [
      "a b'c\"", "deeply/nested/run", "trailing/", "./dot", "é日本", "-dash", "100%", "link",
    ])
  func odd(path: String) throws {
    let folder = try RunFolder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: "target")
    try FileManager.default.createDirectory(
      atPath: folder.path("target"), withIntermediateDirectories: false)
    let words = folder.trainWords().map { $0 == folder.run ? "--run=\(path)" : $0 }
      .filter { $0 != "--run" }
    for epochs in ["1", "2"] {
      try Job(words + ["--epochs", epochs]).succeed(in: folder.folder.url)
    }
    let contents = RunContents(folder.path(path))
    #expect(try contents.steps("epoch") == [4, 8])
    #expect(try contents.latest() == "step-00000008")
    let checkpoint = path.hasPrefix("-") ? "./\(path)" : path
    try Job(["inspect", checkpoint]).succeed(in: folder.folder.url)
  }

  @Test(
    "one that cannot be made or written to",
    arguments: Launch.each(
      ["data/train-images-idx3-ubyte", "data/t10k-labels-idx1-ubyte/run"], onRanks: 0))
  func underFile(path: String, launch: Launch) throws {
    let folder = try RunFolder()
    try folder.train(on: launch, run: folder.path(path)).fail(74, folder.path(path))
  }

  @Test("one under a file system that takes no files", arguments: ["/proc/run", "/proc/self/fd"])
  func readOnly(path: String) throws {
    try RunFolder().train(run: path).fail(74, path)
  }

  @Test("one that another job uses", arguments: Launch.both)
  func inUse(launch: Launch) throws {
    let folder = try RunFolder.trained()
    let job = folder.train("--epochs", "3", on: launch)
    let words = ["flock", "--no-fork", "\(folder.run)/.lock"] + job.failing.words
    try Command(words, environment: job.failing.environment).run()
      .expectFailure(74, ["\(folder.run): the run directory is in use by another job"])
    #expect(try folder.contents.steps("epoch") == [4, 8])
    // The lock went with its holder.
    try job.succeed()
  }

  @Test(
    "one inside a checkpoint is refused, with the run's name",
    arguments: ["latest", "step-00000008/", "latest/.", "best/deeper"], [[], ["--dry-run"]])
  func inside(path: String, words: [String]) throws {
    let folder = try RunFolder.trained()
    let names = try RunContents("\(folder.run)/step-00000008").names()
    let job = Job(folder.trainWords(run: "\(folder.run)/\(path)") + words)
    try job.fail(
      64, "--run \(folder.run)/\(path)", "a checkpoint", "go on with it by --run \(folder.run)")
    #expect(try RunContents("\(folder.run)/step-00000008").names() == names)
  }

  /// As `scp -r` and `cp -rL` copy it: links become directories.
  @Test("a copy without links goes on", arguments: Launch.both)
  func copied(launch: Launch) throws {
    let folder = try RunFolder.trained()
    let copy = folder.path("copy")
    _ = try Command(["cp", "-rL", folder.run, copy]).run()
    try Job(["inspect", copy]).succeed()
    try folder.train("--epochs", "3", on: launch, run: copy).succeed()
    let contents = RunContents(copy)
    #expect(try contents.latest() == "step-00000012")
    #expect(try contents.steps("epoch") == [4, 8, 12])
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: "\(copy)/best").hasPrefix("step-"))
    #expect(try !contents.names().contains { $0.hasSuffix(".new") || $0.contains("-1") })
  }

  @Test("what an unfinished checkpoint left is removed")
  func leftovers() throws {
    let folder = try RunFolder.trained()
    let leftover = "\(folder.run)/.unfinished-step-00000009"
    try FileManager.default.copyItem(atPath: "\(folder.run)/step-00000004", toPath: leftover)
    try folder.train("--epochs", "3").succeed()
    #expect(!FileManager.default.fileExists(atPath: leftover))
    #expect(try folder.contents.latest() == "step-00000012")
  }

  @Test("files that were to replace others are removed where nobody can be writing them")
  func partialFiles() throws {
    let folder = try RunFolder.trained()
    let dead = [
      "config.yaml.1f.partial", "samples/epoch-001.png.0.partial", "report.html.2.partial",
    ]
    let alive = ["report.html.3.partial", "mine.txt.1f.partial", "config.yaml.x.partial"]
    for name in dead + alive {
      try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder.run)/\(name)"))
    }
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -90)], ofItemAtPath: "\(folder.run)/\(dead[2])"
    )
    try folder.train("--epochs", "3").succeed()
    for name in dead + alive {
      let isThere = FileManager.default.fileExists(atPath: "\(folder.run)/\(name)")
      #expect(isThere == alive.contains(name), "\(name)")
    }
  }

  /// Its first allocation beyond a limit ends a process; `-d` leaves the loader alone.
  @Test("a limit of the shell is told", arguments: [["inspect"], ["train", "--dry-run", "--run"]])
  func shellLimit(words: [String]) throws {
    let folder = try RunFolder.trained()
    let job = Job(words + [folder.run])
    let script = "ulimit -d 60000; exec \"$@\""
    try Command(
      ["sh", "-c", script, "sh"] + job.command.words, environment: job.command.environment
    ).run().expectFailure(69, ["ulimit -d leaves this process", "ulimit -d unlimited"])
  }

  @Test("a limit of open files in which MPI does not start is told")
  func openFiles() throws {
    let job = try RunFolder().train("--epochs", "1")
    try Command(
      ["sh", "-c", "ulimit -n 8; exec \"$@\"", "sh"] + job.command.words,
      environment: job.command.environment
    ).run().expectFailure(69, ["where ulimit -n allows this process 8", "ulimit -n 4096"])
  }

  @Test("a limit that one rank alone has is told by that rank")
  func oneLimit() throws {
    let job = try RunFolder().train("--epochs", "1")
    let one = "[ ${OMPI_COMM_WORLD_RANK:-$PMI_RANK} = 0 ] || ulimit -n 8; exec \"$@\""
    try Command.mpirun(
      [["-n", "2", "sh", "-c", one, "sh"] + job.command.words], environment: Job.failing
    ).run().expectFailure(69, ["rank 1: MPI needs 48 open files where ulimit -n allows"])
  }

  @Test("what is no run's stays where it is", arguments: ["auto", "none"])
  func otherFiles(resume: String) throws {
    let folder = try RunFolder()
    try FileManager.default.createDirectory(
      atPath: "\(folder.run)/photos", withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(folder.run)/notes.txt"))
    try folder.train("--max-steps", "1", "--resume", resume).succeed()
    #expect(try folder.contents.text("notes.txt") == "mine")
    let names = try folder.contents.names()
    #expect(names.contains("photos") && !names.contains("previous-1"))
  }

  @Test("a configuration that is none is not passed over", arguments: ["\u{1}", "epochs: -3"])
  func configuration(text: String) throws {
    let folder = try RunFolder.trained()
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.run)/config.yaml"))
    try folder.train("--epochs", "3").fail(65, "\(folder.run)/config.yaml")
    #expect(try folder.contents.text("config.yaml") == text)
    // As the sentence advises.
    try FileManager.default.removeItem(atPath: "\(folder.run)/config.yaml")
    try folder.train("--epochs", "3").succeed()
    #expect(try folder.contents.steps("epoch") == [4, 8, 12])
  }

  @Test("metrics that cannot be written to", arguments: Launch.both)
  func metrics(launch: Launch) throws {
    let folder = try RunFolder.trained()
    try FileManager.default.removeItem(atPath: "\(folder.run)/metrics.jsonl")
    try FileManager.default.createDirectory(
      atPath: "\(folder.run)/metrics.jsonl", withIntermediateDirectories: false)
    try folder.train("--epochs", "3", on: launch).fail(74, "\(folder.run)/metrics.jsonl")
    #expect(try folder.contents.latest() == "step-00000008")
  }

  /// As a disk that fills does, in the middle of a run: a row fails, all ranks save and stop.
  @Test("metrics that take no more rows", arguments: Launch.both)
  func fullMetrics(launch: Launch) throws {
    let folder = try RunFolder.trained()
    try folder.fillMetrics()
    try folder.train("--epochs", "3", "--max-save-failures", "0", on: launch)
      .fail(74, "\(folder.run)/metrics.jsonl")
    let latest = try folder.contents.latest()
    #expect(try folder.contents.isWhole(latest))
  }
}
