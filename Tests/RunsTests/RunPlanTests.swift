@testable import Checkpoints
@testable import Engine
import Foundation
@testable import Platform
@testable import Runs
import Support
import Testing
import VAE

@Suite struct RunPlanTests {
  private let folder: TemporaryFolder
  private let directory: RunDirectory

  init() throws {
    folder = try TemporaryFolder()
    directory = try RunDirectory(locking: folder.url.appendingPathComponent("run").path)
  }

  private func plan(_ change: (inout RunRequest) -> Void = { _ in }) throws -> RunPlan {
    var request = RunRequest()
    change(&request)
    return try RunPlan(request, inRun: directory.path, defaultData: "/default")
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(directory.path)/\(name)", encoding: .utf8)
  }

  @Test("a new run has the defaults where no flag is given")
  func defaults() throws {
    let plan = try plan()
    var expected = RunConfiguration(data: "/default")
    #expect(plan.configuration == expected)
    #expect(plan.progress == Progress())
    #expect(plan.checkpoint == nil)
    let flagged = try self.plan {
      $0.hidden = 7
      $0.epochs = 3
      $0.data = "/other"
      $0.logEvery = 4
      $0.seed = .max
      $0.teams = .rank
    }
    (expected.recipe.hidden, expected.recipe.seed) = (7, .max)
    (expected.epochs, expected.data, expected.logEvery) = (3, "/other", 4)
    expected.teams = .rank
    #expect(flagged.configuration == expected)
  }

  @Test("a cosine schedule is as long as the run at its beginning, and then stays so")
  func schedule() throws {
    let first = try plan {
      $0.schedule = .cosine
      $0.epochs = 3
      $0.resume = .none
    }
    #expect(first.configuration.recipe.scheduleEpochs == 3)
    try first.takeEffect(in: directory)
    try writeCheckpoint(first)
    #expect(try plan().configuration == first.configuration)
    #expect(try plan { $0.epochs = 2 }.configuration.recipe.scheduleEpochs == 3)
    for change in [{ $0.epochs = 4 }, { $0.scheduleEpochs = 4 }] as [(inout RunRequest) -> Void] {
      let error = #expect(throws: Failure.self) { try plan(change) }
      #expect(error?.code == .usage)
    }
    let longer = try plan {
      $0.schedule = .cosine
      ($0.epochs, $0.scheduleEpochs) = (3, 7)
      $0.resume = .none
    }
    #expect(longer.configuration.recipe.scheduleEpochs == 7)
    let beyond = #expect(throws: Failure.self) {
      try plan {
        $0.schedule = .cosine
        ($0.epochs, $0.scheduleEpochs) = (8, 7)
        $0.resume = .none
      }
    }
    #expect(beyond?.description.hasPrefix("epochs 8 goes beyond the cosine schedule") ?? false)
  }

  @Test("working out a plan changes no file; taking effect does")
  func effect() throws {
    for name in ["config.yaml", "metrics.jsonl"] {
      try Data("old".utf8).write(to: URL(fileURLWithPath: "\(directory.path)/\(name)"))
    }
    let plan = try plan { $0.resume = .none }
    #expect(try text("config.yaml") == "old" && text("metrics.jsonl") == "old")
    try plan.takeEffect(in: directory)
    #expect(try text("previous-1/config.yaml") == "old")
    #expect(try text("previous-1/metrics.jsonl") == "old")
    #expect(try text("config.yaml").contains("data: /default\n"))
  }

  @Test("what a job has left that ended before its first checkpoint is its successor's")
  func begun() throws {
    try plan().takeEffect(in: directory)
    try Data("{}\n".utf8).write(to: URL(fileURLWithPath: "\(directory.path)/metrics.jsonl"))
    #expect(try plan().takeEffect(in: directory) == nil)
    #expect(try plan().previous(inRun: directory.path) == nil)
    // Not of another run, nor where it is to begin anew.
    for (number, change) in [{ $0.resume = .none }, { $0.seed = 5 }].enumerated()
      as EnumeratedSequence<[(inout RunRequest) -> Void]>
    {
      let name = "\(directory.path)/previous-\(number + 1)"
      #expect(try plan(change).takeEffect(in: directory) == name)
    }
  }

  /// `config.yaml` is for people and other tools.
  @Test(
    "the YAML of a configuration reads back as the configuration",
    arguments: ["/a b", "é: #'\"", "~", "1"])
  func yaml(data: String) throws {
    try FileManager.default.createDirectory(
      atPath: "\(directory.path)/step-00000001", withIntermediateDirectories: false)
    let plan = try plan {
      $0.data = data
      $0.learningRate = 0.1.nextUp
      $0.seed = .max
      $0.resume = .none
    }
    try plan.takeEffect(in: directory)
    try writeCheckpoint(plan)
    #expect(try self.plan().configuration == plan.configuration)
  }

  @Test("a run's own checkpoint is recognised by any of its paths")
  func names() throws {
    let (run, other) = (directory.path, folder.url.appendingPathComponent("other").path)
    for path in ["\(run)/step-00000002", "\(other)/step-00000002"] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    try directory.setLatest("step-00000002")
    for path in ["step-00000002", "latest", "./latest", "../run/step-00000002/"] {
      #expect(directory.name(ofCheckpoint: "\(run)/\(path)") == "step-00000002", "\(path)")
    }
    #expect(directory.name(ofCheckpoint: "\(other)/step-00000002") == nil)
    #expect(directory.name(ofCheckpoint: "\(run)/previous-1/step-00000002") == nil)
  }

  /// The names in the run directory except for the lock's.
  private func content() throws -> [String] {
    try FileSystem.names(in: directory.path).filter { $0 != ".lock" }
  }

  private func link(_ name: String) -> String? {
    FileSystem.destination(ofLink: "\(directory.path)/\(name)")
  }

  private func copy(_ name: String, to other: String) throws {
    try FileManager.default.copyItem(
      atPath: "\(directory.path)/\(name)", toPath: "\(directory.path)/\(other)")
  }

  @Test("the best checkpoint is found among those up to the one from which a run is resumed")
  func best() throws {
    for (step, loss) in [(1, 9), (2, 7), (3, 8), (4, 6)] as [(Int, Double)] {
      try writeCheckpoint(try plan { $0.resume = .none }, step: step, testLoss: loss)
    }
    try directory.setLatest("step-00000003")
    for found in ["step-00000001", "step-00000004", "nowhere"] {
      try FileSystem.link("\(directory.path)/best", to: found)
      try plan().takeEffect(in: directory, keepingConfiguration: true)
      #expect(link("best") == "step-00000002", "\(found)")
    }
  }

  @Test("directories that a copy has in the place of links become links again")
  func copies() throws {
    let plan = try plan { $0.resume = .none }
    for step in 1...2 { try writeCheckpoint(plan, step: step, testLoss: Double(step)) }
    try copy("step-00000002", to: "latest")
    try copy("step-00000001", to: "best")
    try self.plan().takeEffect(in: directory, keepingConfiguration: true)
    #expect(try content() == ["best", "latest", "step-00000001", "step-00000002"])
    #expect(link("latest") == "step-00000002" && link("best") == "step-00000001")
  }

  @Test("the only copy of a checkpoint gets its name back", arguments: [false, true])
  func onlyCopy(isDamaged: Bool) throws {
    try writeCheckpoint(try plan { $0.resume = .none }, step: 2)
    try copy("step-00000002", to: "latest")
    let original = "\(directory.path)/step-00000002"
    if isDamaged {
      try Data("x".utf8).write(to: URL(fileURLWithPath: "\(original)/model.safetensors"))
    } else {
      try FileSystem.remove(original)
    }
    let plan = try self.plan()
    #expect(plan.checkpoint == "\(directory.path)/latest")
    try plan.takeEffect(in: directory, keepingConfiguration: true)
    #expect(
      try content() == ["latest", "step-00000002"] + (isDamaged ? ["step-00000002-1"] : []))
    #expect(link("latest") == "step-00000002")
    try Checksums.verify(Checkpoint.names, in: original)
  }

  @Test("a directory with other files is moved aside, not removed")
  func foreignCopy() throws {
    try writeCheckpoint(try plan { $0.resume = .none }, step: 2)
    try copy("step-00000002", to: "latest")
    try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(directory.path)/latest/notes.txt"))
    try FileSystem.makeDirectory("\(directory.path)/best")
    try plan().takeEffect(in: directory, keepingConfiguration: true)
    #expect(try content() == ["best-1", "latest", "latest-1", "step-00000002"])
    #expect(try text("latest-1/notes.txt") == "mine")
    #expect(link("latest") == "step-00000002")
  }

  @Test("a run that does not begin leaves no file, and no directory that it has made")
  func refused() throws {
    let path = folder.url.appendingPathComponent("a/b/run").path
    func lock(keeping: Bool) throws {
      let directory = try RunDirectory(locking: path)
      #expect(FileSystem.exists("\(path)/.lock"))
      let error = #expect(throws: Failure.self) { try RunDirectory(locking: path) }
      #expect(error?.description.contains("in use by another job") ?? false)
      if keeping { directory.keep() }
    }
    try lock(keeping: false)
    #expect(try FileSystem.names(in: folder.url.path) == ["run"])
    try FileSystem.makeDirectory("\(path)/photos")
    try lock(keeping: false)
    #expect(try FileSystem.names(in: path) == ["photos"])
    try lock(keeping: true)
    try lock(keeping: false)
    #expect(try FileSystem.names(in: path) == [".lock", "photos"])
  }

  /// Two jobs at a time, each of which does not begin and removes a directory that the other may have
  /// found.
  @Test("no job holds a lock whose file another has removed")
  func race() async throws {
    let path = folder.url.appendingPathComponent("race/run").path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<2 {
        group.addTask {
          for _ in 0..<300 {
            guard let directory = try? RunDirectory(locking: path) else { continue }
            try directory.requirePlace()
          }
        }
      }
      try await group.waitForAll()
    }
    // A directory that one has made stays where the other was in it just then.
    #expect(try FileSystem.names(in: path) == [])
  }

  @Test("a folder for --init means the parameters in it, also after its run was trained further")
  func initialRun() throws {
    let other = folder.url.appendingPathComponent("other").path
    try FileSystem.makeDirectory(other)
    let empty = #expect(throws: Failure.self) { try plan { $0.initialParameters = other } }
    #expect(empty?.description.contains("this folder is empty") ?? false, "\(empty as Any)")
  }

  /// Writes the files of a checkpoint that a plan reads, without tensors.
  private func writeCheckpoint(
    _ plan: RunPlan, step: Int = 1, testLoss: Double? = nil
  ) throws {
    let path = "\(directory.path)/\(Checkpoint.directoryName(step: step))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var state = CheckpointState(
      progress: Progress(), recipe: plan.configuration.recipe, pixels: 64)
    (state.progress.step, state.testLoss) = (step, testLoss)
    try JSONEncoder().encode(state).write(to: URL(fileURLWithPath: "\(path)/state.json"))
    for name in ["model", "optimizer"] {
      try Data().write(to: URL(fileURLWithPath: "\(path)/\(name).safetensors"))
    }
    let sums = Checksums.list(
      try Checkpoint.names.map { name in
        (name, SHA256.hexadecimal(try SHA256.digest(ofFile: "\(path)/\(name)")))
      })
    try Data(sums.utf8).write(to: URL(fileURLWithPath: "\(path)/SHA256SUMS"))
  }
}
