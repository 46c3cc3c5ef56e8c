import Foundation
import Support
import Testing

@testable import Training

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

  @Test("working it out changes nothing; taking effect does")
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

  /// `config.yaml` is for people and other tools: it reads back as what it was.
  @Test(
    "a configuration survives the way to YAML and back", arguments: ["/a b", "é: #'\"", "~", "1"])
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

  @Test("a checkpoint's path is known to be the run's own, however it is spelt")
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

  /// Enough of a checkpoint for a plan, which reads no tensors.
  private func writeCheckpoint(_ plan: RunPlan) throws {
    let path = "\(directory.path)/step-00000001"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let state = CheckpointState(
      progress: Progress(), recipe: plan.configuration.recipe, pixels: 64)
    try JSONEncoder().encode(state).write(to: URL(fileURLWithPath: "\(path)/state.json"))
    for name in ["model", "optimizer"] {
      try Data().write(to: URL(fileURLWithPath: "\(path)/\(name).safetensors"))
    }
    let sums = try Checksums.list(Checkpoint.names, in: path)
    try Data(sums.utf8).write(to: URL(fileURLWithPath: "\(path)/SHA256SUMS"))
  }
}
