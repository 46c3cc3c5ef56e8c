import Foundation
import Support
import Testing

/// Power is lost at any moment of a run, and of all that was not brought to the disk any part is there.
@Suite struct PowerLossTests {
  private static let words = ["--epochs", "2", "--checkpoint-every", "3"]

  /// A job's calls, and what it may leave on the disk.
  private struct Story {
    let folder: RunFolder
    let words: [String]
    var disk: Disk
    /// Before how many of the disk's moments each checkpoint was told to be on the disk.
    var saved: [(moment: Int, step: Int)]

    /// Runs a job on `folder`'s run, whose newest whole checkpoint is of `step` steps; 0 where there is none.
    init(_ folder: RunFolder, _ words: [String], from step: Int = 0) throws {
      (self.folder, self.words) = (folder, words)
      disk = try Disk(folder.run)
      saved = [(disk.moments.lowerBound, step)]
      let calls = folder.path("calls")
      let settings = try Shim.environment(run: folder.run, ["FAULT_CALLS": calls])
      try Job(folder.trainWords() + words, environment: settings).succeed()
      var pending: Int?
      for call in try Shim.calls(calls) {
        disk.note(call)
        if call.name == "rename", call.paths[1].hasSuffix("/latest") {
          pending = disk.link("/latest").flatMap { Int($0.dropFirst(5)) }
        } else if call.name == "fsync", let step = pending {
          // The next one is that of the run directory, unless another thread has one of something else.
          guard disk.isRoot(call.inode) else { continue }
          saved.append((disk.moments.upperBound, step))
          pending = nil
        }
      }
    }
  }

  /// What decides of each change: those that were made last are missing, or a number that is drawn.
  private static func fates(_ random: inout SplitMix64) -> (Int) -> Disk.Fate {
    let seed = random.next()
    return { number in
      var random = SplitMix64(state: seed &+ UInt64(number))
      return Disk.Fate.allCases.randomElement(using: &random)!
    }
  }

  /// Every state that may be left, each once, and the step that must be in it; `count` of those drawn.
  private static func states(_ story: Story, count: Int) -> [([String: Disk.Item], step: Int)] {
    var random = SplitMix64(state: 20)
    var (seen, states) = (Set<[String: Disk.Item]>(), [([String: Disk.Item], step: Int)]())
    for moment in story.disk.moments {
      let step = story.saved.last { $0.moment <= moment }?.step ?? 0
      let choices: [(Int) -> Disk.Fate] =
        [{ _ in .all }, { _ in .none }, { _ in .zeros }] + (0..<9).map { _ in fates(&random) }
      for fate in choices {
        let state = story.disk.state(at: moment, fate: fate)
        if seen.insert(state).inserted { states.append((state, step)) }
      }
    }
    return Extent.of(1...states.count, few: count).map { states[$0 - 1] }
  }

  /// Writes a state to `run`.
  private static func write(_ state: [String: Disk.Item], to run: String) throws {
    let manager = FileManager.default
    try? manager.removeItem(atPath: run)
    try manager.createDirectory(atPath: run, withIntermediateDirectories: true)
    for (path, item) in state.sorted(by: { $0.key < $1.key }) {
      switch item {
      case .folder:
        try manager.createDirectory(atPath: run + path, withIntermediateDirectories: false)
      case .link(let place):
        try manager.createSymbolicLink(atPath: run + path, withDestinationPath: place)
      case .file(let bytes): try Data(bytes).write(to: URL(fileURLWithPath: run + path))
      }
    }
  }

  /// Expects that each state has the checkpoint that was told to be there or a later one, and that the same
  /// command ends as the run did.
  private func expectSameEnd(_ story: Story, few: Int) throws {
    let (model, steps) = (
      try story.folder.contents.model(), try story.folder.contents.steps("step")
    )
    let promise = try Promise("power-loss")
    let states = Self.states(story, count: few)
    for (number, (state, step)) in states.enumerated() {
      try Self.write(state, to: story.folder.run)
      let comment = "state \(number) of \(states.count), saved \(step): \(state.keys.sorted())"
      if step > 0 {
        let output = try Job(["inspect", story.folder.run]).succeed().output
        let found = output.firstMatch(of: /\nstep +(\d+)/).flatMap { Int($0.1) } ?? 0
        #expect(found >= step, "\(found) \(comment)")
      }
      let outcome = try Job(story.folder.trainWords() + story.words).command.run()
      #expect(outcome.status == 0, "\(outcome.reported) \(comment)")
      promise.expect(outcome)
      let contents = story.folder.contents
      #expect((try? contents.model()) == model, "\(outcome.reported) \(comment)")
      #expect((try? contents.steps("step")) == steps, "\(comment)")
    }
    note("power-loss: \(states.count) states", 0)
  }

  @Test("from a new run on", arguments: [[], ["--keep", "1"]])
  func anew(keep: [String]) throws {
    let folder = try RunFolder()
    try expectSameEnd(Story(folder, Self.words + keep), few: 12)
  }

  /// Each state has all of the former run, in its place, on its way or aside, and the next start makes one
  /// folder of it.
  @Test("where a former run is moved aside")
  func movedAside() throws {
    let folder = try RunFolder.trained()
    let former = try folder.contents.checkpointFiles("step-00000008")
    let words = ["--max-steps", "1", "--seed", "5", "--resume", "none"]
    let story = try Story(folder, words)
    let model = try folder.contents.model()
    for (number, (state, _)) in Self.states(story, count: 8).enumerated() {
      try Self.write(state, to: folder.run)
      let comment = "state \(number): \(state.keys.sorted())"
      let outcome = try Job(folder.trainWords() + words).command.run()
      try Promise("power-loss").expect(outcome)
      #expect(try folder.contents.model() == model, "\(comment)")
      let previous = RunContents("\(folder.run)/previous-1")
      #expect((try? previous.checkpointFiles("step-00000008")) == former, "\(comment)")
      #expect((try? previous.latest()) == "step-00000008", "\(comment)")
      #expect((try? previous.steps("step")) == Array(1...8), "\(comment)")
    }
  }

  @Test("where a damaged checkpoint is replaced")
  func replaced() throws {
    let folder = try RunFolder.trained()
    let file = URL(fileURLWithPath: "\(folder.run)/step-00000008/model.safetensors")
    try (Data(contentsOf: file).dropLast() + [1, 2]).write(to: file)
    try expectSameEnd(Story(folder, ["--epochs", "2"], from: 4), few: 6)
  }
}

extension RunContents {
  /// The bytes of a checkpoint's files.
  fileprivate func checkpointFiles(_ checkpoint: String) throws -> [Data] {
    try ["model.safetensors", "optimizer.safetensors", "state.json", "SHA256SUMS"].map {
      try bytes("\(checkpoint)/\($0)")
    }
  }
}
