@testable import Checkpoints
@testable import Engine
import Foundation
@testable import Platform
import Support
import Synchronization
import Testing
import VAE

@Suite struct CheckpointReferenceTests {
  private let folder: TemporaryFolder
  private var run: String { folder.url.path }

  init() throws { folder = try TemporaryFolder() }

  /// Writes a checkpoint whose files have any content and whose checksums fit.
  private func checkpoint(_ name: String) throws {
    let path = "\(run)/\(name)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for file in Checkpoint.names {
      try Data(name.utf8).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
    }
    let sums = try Checksums.list(Checkpoint.names, in: path)
    try Data(sums.utf8).write(to: URL(fileURLWithPath: "\(path)/SHA256SUMS"))
  }

  private func damage(_ name: String) throws {
    try Data("x".utf8).write(to: URL(fileURLWithPath: "\(run)/\(name)/state.json"))
  }

  private func latest(_ name: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(run)/latest", withDestinationPath: name)
  }

  @Test("a checkpoint's name tells its step, and no other name does")
  func names() {
    #expect(Checkpoint.directoryName(step: 468) == "step-00000468")
    #expect(Checkpoint.directoryName(step: 1_234_567_890) == "step-1234567890")
    for step in [0, 1, 99_999_999, 100_000_000] {
      #expect(Checkpoint.step(ofDirectory: Checkpoint.directoryName(step: step)) == step)
    }
    for name in ["step-1", "step-", "step--0000001", "step-00000001.old", "Step-00000001"] {
      #expect(Checkpoint.step(ofDirectory: name) == nil, "\(name)")
    }
  }

  @Test("the newest checkpoint is the one of most steps, compared as numbers")
  func newest() throws {
    #expect(try CheckpointReference.newest(inRun: run) == nil)
    for name in ["step-00000009", "step-99999999", "step-100000000"] { try checkpoint(name) }
    try FileManager.default.createDirectory(
      atPath: "\(run)/.unfinished-step-200000000", withIntermediateDirectories: false)
    let found = try #require(try CheckpointReference.newest(inRun: run))
    #expect(found.directory == "\(run)/step-100000000")
    #expect(found.passedOver.isEmpty)
  }

  /// As with --keep 1: there is always a whole checkpoint, and each is removed soon.
  @Test("a job that writes and removes checkpoints meanwhile lets none be missed")
  func meanwhile() throws {
    try checkpoint("step-00000001")
    let run = run
    let isOver = Atomic(false)
    let writer = Platform.Thread {
      var step = 1
      let manager = FileManager.default
      while !isOver.load(ordering: .relaxed) {
        let (old, new) = (
          Checkpoint.directoryName(step: step), Checkpoint.directoryName(step: step + 1)
        )
        try? manager.copyItem(atPath: "\(run)/\(old)", toPath: "\(run)/.unfinished")
        try? manager.moveItem(atPath: "\(run)/.unfinished", toPath: "\(run)/\(new)")
        try? manager.removeItem(atPath: "\(run)/\(old)")
        step += 1
      }
    }
    defer {
      isOver.store(true, ordering: .relaxed)
      writer?.join()
    }
    for _ in 0..<300 {
      let found = try #require(try CheckpointReference.newest(inRun: run))
      #expect(found.passedOver.isEmpty)
    }
    #expect(!FileManager.default.fileExists(atPath: "\(run)/step-00000001"))
  }

  @Test("the checkpoint that `latest` leads to comes before those of more steps")
  func link() throws {
    for name in ["step-00000001", "step-00000002", "step-00000003"] { try checkpoint(name) }
    try latest("step-00000002")
    #expect(try CheckpointReference(run).directory == "\(run)/step-00000002")
    try damage("step-00000002")
    let found = try CheckpointReference("\(run)/")
    // The metrics end where `latest` led: what goes further is of a future that was given up.
    #expect(found.directory == "\(run)/step-00000001")
    #expect(found.passedOver.count == 1)
    try damage("step-00000001")
    #expect(try CheckpointReference(run).directory == "\(run)/step-00000003")
    try damage("step-00000003")
    let error = #expect(throws: Failure.self) { try CheckpointReference(run) }
    #expect(error?.code == .badData)
    #expect(error?.description.contains("step-00000002") ?? false)
  }

  @Test(
    "an error tells what a directory without a checkpoint is",
    arguments: [
      ([], "this folder is empty"), (["notes.txt"], "there is no checkpoint in this folder"),
      ([".lock", "config.yaml"], "this run has no checkpoint; train until it has one: train run "),
      (["model.safetensors"], "/model.safetensors"), (["state.json"], "SHA256SUMS is missing"),
      (["config.json", "model.safetensors"], "there is a model here"),
      (["a/config.yaml", "a/metrics.jsonl"], "/a"),
    ])
  func absence(files: [String], sentence: String) throws {
    for file in files {
      let url = folder.url.appendingPathComponent(file)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: url)
    }
    let error = #expect(throws: Failure.self) { try CheckpointReference(run) }
    #expect(error?.code == .badData)
    #expect(error?.description.contains(sentence) ?? false, "\(error as Any)")
  }

  @Test("a path that cannot be read is not said to be missing")
  func unknown() throws {
    try FileManager.default.createSymbolicLink(atPath: "\(run)/loop", withDestinationPath: "loop")
    let error = #expect(throws: FileError.self) { try CheckpointReference("\(run)/loop/run") }
    #expect(error?.description.contains("cannot look at it: Too many levels") ?? false)
    #expect(error?.description.contains("ls -l") ?? false, "\(error as Any)")
  }

  @Test("a state that no run can have is refused")
  func state() throws {
    var state = CheckpointState(progress: Progress(), recipe: Recipe(), pixels: 64)
    try checkpoint("step-00000001")
    let reference = try CheckpointReference(run)
    func write() throws {
      try JSONEncoder().encode(state)
        .write(to: URL(fileURLWithPath: "\(run)/step-00000001/state.json"))
    }
    #expect(throws: Failure.self) { try reference.state() }
    try write()
    #expect(try reference.state() == state)
    let changes: [(inout CheckpointState) -> Void] = [
      { $0.format = 2 }, { $0.pixels = 0 }, { $0.progress.step = -1 }, { $0.progress.epoch = -1 },
      { $0.progress.offset = -1 }, { $0.progress.offset = 7 }, { $0.progress.step = .max },
      { $0.progress.epoch = .max },
      { $0.recipe.hidden = 0 }, { $0.recipe.learningRate = 0 },
      { $0.arithmetic = Arithmetic(sums: 2) },
      { $0.arithmetic = Arithmetic(sums: 1, instructions: "AVX\n") },
    ]
    for (number, change) in changes.enumerated() {
      let good = state
      change(&state)
      try write()
      let error = #expect(throws: Failure.self, "case \(number)") { try reference.state() }
      #expect(error?.code == .badData)
      state = good
    }
  }

  /// A program that passed over a setting would go on with another model, under the same name.
  @Test("a state with a setting of a later version is refused")
  func unknownSetting() throws {
    try checkpoint("step-00000001")
    let reference = try CheckpointReference(run)
    let state = try JSONEncoder().encode(
      CheckpointState(progress: Progress(), recipe: Recipe(), pixels: 64))
    let text = String(decoding: state, as: UTF8.self)
      .replacingOccurrences(of: "\"latent\"", with: "\"later-setting\":2,\"latent\"")
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(run)/step-00000001/state.json"))
    let error = #expect(throws: Failure.self) { try reference.state() }
    #expect(error?.code == .badData)
    #expect(
      error?.description.contains("has the setting 'later-setting', which this version") ?? false)
  }
}
