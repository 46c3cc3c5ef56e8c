@testable import Checkpoints
@testable import Engine
import Foundation
@testable import Platform
import Support
import Testing

/// The lock of a run directory, its links, and which checkpoints stay.
@Suite struct RunDirectoryTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path("above/run") }

  init() throws { folder = try TemporaryFolder() }

  private func step(_ number: Int) -> String { Checkpoint.directoryName(step: number) }

  /// Writes a checkpoint without tensors, with the loss of the test images `test`.
  private func checkpoint(_ number: Int, loss: Double? = nil, test: String? = nil) throws {
    var state = CheckpointState(progress: Progress(), recipe: Recipe(), pixels: 12)
    (state.progress.step, state.testLoss) = (number, loss)
    if let test {
      let digests = Data(#"{"train":"x","test":"\#(test)"}"#.utf8)
      state.data = try JSONDecoder().decode(DataFingerprint.self, from: digests)
    }
    let place = "\(path)/\(step(number))"
    try FileSystem.makeDirectory(place)
    for name in Checkpoint.names + [Checksums.name] {
      try Data(name == "state.json" ? state.text : []).write(
        to: URL(fileURLWithPath: "\(place)/\(name)"))
    }
  }

  private func steps() throws -> [Int] {
    try FileSystem.names(in: path).compactMap(Checkpoint.step(ofDirectory:))
  }

  private func link(_ name: String) -> String? {
    FileSystem.destination(ofLink: "\(path)/\(name)")
  }

  @Test("a directory is one job's; the next can have it when that job has let go of it")
  func lock() throws {
    do {
      let directory = try RunDirectory(locking: path)
      let error = try #require(throws: Failure.self) { try RunDirectory(locking: path) }
      #expect(error.code == .inputOutput)
      #expect(error.description.hasPrefix("\(path): the run directory is in use by another job"))
      try directory.requirePlace()
    }
    _ = try RunDirectory(locking: path)
  }

  @Test(
    "directories that were made for a run go with it, unless it begins", arguments: [true, false])
  func keep(begins: Bool) throws {
    do {
      let directory = try RunDirectory(locking: path)
      #expect(FileSystem.exists("\(path)/.lock"))
      if begins { directory.keep() }
    }
    #expect(FileSystem.exists("\(path)/.lock") == begins)
    #expect(FileSystem.exists(folder.path("above")) == begins)
  }

  @Test("what killed jobs have left of checkpoints is removed, and nothing else")
  func unfinished() throws {
    try FileSystem.makeDirectory("\(path)/.unfinished-step-00000003/x")
    try checkpoint(2)
    let directory = try RunDirectory(locking: path)
    directory.keep()
    #expect(try FileSystem.names(in: path) == [".lock", step(2)])
  }

  @Test("`latest` is moved, and a checkpoint's name is found through it")
  func latest() throws {
    let directory = try RunDirectory(locking: path)
    for number in 1...2 {
      try checkpoint(number)
      try directory.setLatest(step(number))
      #expect(link("latest") == step(number))
      #expect(directory.name(ofCheckpoint: "\(path)/latest") == step(number))
    }
    #expect(directory.name(ofCheckpoint: "\(path)/\(step(1))") == step(1))
    #expect(directory.name(ofCheckpoint: folder.url.path) == nil)
    #expect(try FileSystem.names(in: path) == [".lock", "latest", step(1), step(2)])
  }

  @Test(
    "`best` leads to the least loss of the same test images, the first of several",
    arguments: [
      ([(3, "a"), (2, "a"), (2.5, "a")], 2), ([(2, "a"), (2, "a"), (2, "a")], 1),
      ([(1, "b"), (3, "a"), (2, "a")], 3), ([(3, "a"), (2, "a"), (1, "b")], 2),
      // Checkpoints of earlier versions do not tell their images.
      ([(3, "a"), (1, nil), (2, "a")], 2),
    ] as [([(Double, String?)], Int)])
  func best(losses: [(Double, String?)], best: Int) throws {
    let directory = try RunDirectory(locking: path)
    for (index, (loss, test)) in losses.enumerated() {
      try checkpoint(index + 1, loss: loss, test: test)
    }
    try directory.settleBest(upTo: 3, by: .test("a"))
    #expect(link("best") == step(best))
  }

  @Test("a new checkpoint becomes the best where its loss is less")
  func updateBest() throws {
    let directory = try RunDirectory(locking: path)
    for (number, loss, best) in [(1, 3.0, 1), (2, 3.0, 1), (3, 2.0, 3), (4, 2.5, 3)] {
      try checkpoint(number, loss: loss, test: "a")
      try directory.updateBest(step(number), step: number, loss: loss, by: .test("a"))
      #expect(link("best") == step(best))
    }
    // A run that goes on from step 2 has another future.
    try checkpoint(2, loss: 2.9, test: "a")
    try directory.updateBest(step(2), step: 2, loss: 2.9, by: .test("a"))
    #expect(link("best") == step(2))
  }

  @Test("without a loss there is no best")
  func noBest() throws {
    let directory = try RunDirectory(locking: path)
    try checkpoint(1)
    try directory.settleBest(upTo: 3, by: .test(nil))
    #expect(link("best") == nil)
  }

  @Test(
    "the newest checkpoints stay, the best and the latest, and those of later steps",
    arguments: [
      (Retention.all, [1, 2, 3, 4, 5, 6, 9]), (.newest(1), [2, 4, 6, 9]),
      (.newest(3), [2, 4, 5, 6, 9]), (.newest(9), [1, 2, 3, 4, 5, 6, 9]),
    ])
  func retention(keep: Retention, left: [Int]) throws {
    let directory = try RunDirectory(locking: path)
    for number in [1, 2, 3, 4, 5, 6, 9] {
      try checkpoint(number, loss: number == 2 ? 1 : 5, test: "a")
    }
    try directory.setLatest(step(4))
    try directory.removeCheckpoints(beside: keep, upTo: 6, by: .test("a"))
    #expect(try steps() == left)
    #expect(try !FileSystem.names(in: path).contains { $0.hasPrefix(".unfinished") })
  }

  @Test("a checkpoint in which somebody has put a file of their own stays")
  func foreignFile() throws {
    let directory = try RunDirectory(locking: path)
    for number in 1...3 { try checkpoint(number) }
    try Data().write(to: URL(fileURLWithPath: "\(path)/\(step(1))/notes.txt"))
    try directory.removeCheckpoints(beside: .newest(1), upTo: 3, by: .test(nil))
    #expect(try steps() == [1, 3])
  }

  @Test("a former run's files are moved aside, other files stay")
  func moveAside() throws {
    let directory = try RunDirectory(locking: path)
    #expect(try directory.moveAside() == nil)
    let files = ["config.yaml", "metrics.jsonl", "events.out.tfevents.1.lockstep", "report.html"]
    for name in files + ["notes.txt", "events.out.tfevents.1.other"] {
      try Data().write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }
    try FileSystem.makeDirectory("\(path)/previous-1")
    try checkpoint(7)
    #expect(try directory.moveAside() == "\(path)/previous-2")
    #expect(try FileSystem.names(in: "\(path)/previous-2") == (files + [step(7)]).sorted())
    #expect(
      try FileSystem.names(in: path)
        == [".lock", "events.out.tfevents.1.other", "notes.txt", "previous-1", "previous-2"])
  }

  /// With `--resume none`, say; `latest` and `best` are moved first, and checkpoints last.
  @Test("a former run that a killed job has moved in part is moved by the next one")
  func movedInPart() throws {
    let files = ["config.yaml", "metrics.jsonl", "report.html"]
    try FileSystem.makeDirectory("\(path)/.moving-aside")
    for name in ["\(path)/.moving-aside/\(files[0])"] + files.dropFirst().map({ "\(path)/\($0)" }) {
      try Data().write(to: URL(fileURLWithPath: name))
    }
    try checkpoint(7)
    _ = try RunDirectory(locking: path)
    #expect(try FileSystem.names(in: "\(path)/previous-1") == (files + [step(7)]).sorted())
    #expect(try FileSystem.names(in: path).filter { $0 != ".lock" } == ["previous-1"])
    try FileSystem.rename("\(path)/previous-1", to: "\(path)/.moving-aside")
    _ = try RunDirectory(locking: path)
    #expect(try FileSystem.names(in: path).filter { $0 != ".lock" } == ["previous-1"])
  }

  @Test("links that a killed job has not put in place go, files of such names stay")
  func linksToBe() throws {
    try FileSystem.makeDirectory(path)
    try FileManager.default.createSymbolicLink(
      atPath: "\(path)/latest.new", withDestinationPath: step(3))
    try Data().write(to: URL(fileURLWithPath: "\(path)/best.new"))
    _ = try RunDirectory(locking: path)
    #expect(try FileSystem.names(in: path).filter { $0 != ".lock" } == ["best.new"])
  }

  @Test("no run begins in a checkpoint")
  func noCheckpoint() throws {
    let directory = try RunDirectory(locking: path)
    try checkpoint(1)
    try Data().write(to: URL(fileURLWithPath: "\(path)/config.yaml"))
    try directory.setLatest(step(1))
    let whole = "is a checkpoint of the run"
    for (below, words) in [
      (step(1), whole), ("\(step(1))/", whole), ("latest", whole),
      ("\(step(1))/new", "lies in a checkpoint of the run"), ("step-00000002", whole),
    ] {
      let error = try #require(throws: Failure.self, "\(below)") {
        try RunDirectory.requireNoCheckpoint(at: "\(path)/\(below)")
      }
      #expect(error.code == .usage && error.description.contains(words), "\(error)")
    }
    try RunDirectory.requireNoCheckpoint(at: path)
    try RunDirectory.requireNoCheckpoint(at: "\(path)/other")
  }
}
