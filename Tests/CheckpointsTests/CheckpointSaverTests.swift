@testable import Checkpoints
@testable import Engine
import Foundation
import Kernels
@testable import Platform
import Support
import Synchronization
import Testing

/// Checkpoints that are written on a thread of their own.
@Suite struct CheckpointSaverTests {
  private let folder: TemporaryFolder
  private let directory: RunDirectory
  private let model = SmallModel()
  private var path: String { directory.path }

  init() throws {
    folder = try TemporaryFolder()
    directory = try RunDirectory(locking: folder.path("run"))
  }

  /// A log that notes what is in the run directory when it is brought to the disk.
  private final class Log: RunLog {
    let path: String
    let refusedLines: [String]
    var isRefused: Bool { !refusedLines.isEmpty }
    private let sentence: String?
    private let seen = Mutex<[[String]]>([])

    /// `sentence` is that of the failure to bring the log to the disk; nil where there is none.
    init(in path: String, failing sentence: String? = nil, refusing lines: [String] = []) {
      (self.path, self.sentence, refusedLines) = (path, sentence, lines)
    }

    /// The checkpoints that were there, and where `latest` led, at each call.
    var calls: [[String]] { seen.withLock { $0 } }

    func synchronize() throws {
      let names = try FileSystem.names(in: path).filter { $0.hasPrefix("step") }
      let latest = FileSystem.destination(ofLink: "\(path)/latest") ?? "none"
      seen.withLock { $0.append(names + [latest]) }
      if let sentence { throw Failure(.inputOutput, Sentence(sentence)) }
    }
  }

  private func saver(keep: Retention = .all, _ logs: Log...) -> CheckpointSaver {
    CheckpointSaver(SmallModel.state(step: 0), keep: keep, in: directory, logs: logs)
  }

  private func save(_ saver: CheckpointSaver, step: Int, testLoss: Double? = nil) {
    saver.save(model.replica, at: SmallModel.progress(step), testLoss: testLoss)
  }

  private func checkpoints() throws -> [String] {
    try FileSystem.names(in: path).filter { $0.hasPrefix("step") || $0.hasPrefix(".unf") }
  }

  private func link(_ name: String) -> String? {
    FileSystem.destination(ofLink: "\(path)/\(name)")
  }

  @Test("saves appear in order, each whole, and `latest` leads to the last")
  func order() throws {
    let (log, names) = (Log(in: path), (1...3).map { "step-0000000\($0)" })
    let saver = saver(log)
    var saved: [[[UInt32]]] = []
    for step in 1...3 {
      model.fill(step)
      saved.append(model.bits)
      save(saver, step: step)
      // The copy is saved, not what training goes on with.
      model.fill(99)
    }
    try saver.finish()
    #expect(!saver.hasFailed && !saver.isBusy)
    #expect(try checkpoints() == names && link("latest") == names[2] && link("best") == nil)
    #expect(
      log.calls == [["none"], [names[0], names[0]], [names[0], names[1], names[1]]])
    for (step, name) in names.enumerated() {
      let reference = try CheckpointReference("\(path)/\(name)")
      #expect(try reference.state() == SmallModel.state(step: step + 1))
      let other = SmallModel()
      try Checkpoint.read("\(path)/\(name)", into: other.replica)
      #expect(other.bits == saved[step])
      if step == 2 { #expect(saver.modelDigest == reference.modelDigest) }
    }
  }

  @Test("nothing is saved before the first save")
  func none() throws {
    let saver = saver(Log(in: path))
    try saver.finish()
    #expect(saver.modelDigest == nil && !saver.isBusy)
    #expect(try checkpoints() == [])
  }

  @Test("the first failure of a log is thrown in the end; checkpoints are written all the same")
  func log() throws {
    let saver = saver(Log(in: path, failing: "the disk is full"), Log(in: path, failing: "later"))
    save(saver, step: 1)
    save(saver, step: 2)
    let error = try #require(throws: Failure.self) { try saver.finish() }
    #expect(error.description == "the disk is full" && error.code == .inputOutput)
    #expect(saver.hasFailed)
    #expect(try checkpoints() == ["step-00000001", "step-00000002"])
    #expect(link("latest") == "step-00000002")
  }

  /// A log that fails as often as it is told to.
  private final class FailingLog: RunLog {
    let refusedLines: [String] = []
    let isRefused = false
    private let left: Mutex<Int>
    init(_ count: Int) { left = Mutex(count) }

    func synchronize() throws {
      let fails = left.withLock { left in
        left -= 1
        return left >= 0
      }
      if fails { throw Failure(.inputOutput, "the disk is full") }
    }
  }

  @Test(
    "so many failures in a row are tolerated, but not in the end", arguments: [0, 1, 2, 3, 4, 5])
  func tolerated(failures: Int) throws {
    let saver = CheckpointSaver(
      SmallModel.state(step: 0), keep: .all, in: directory, logs: [FailingLog(failures)],
      tolerating: 2)
    for step in 1...4 { save(saver, step: step) }
    let failed = failures > 2
    if failed {
      #expect(throws: Failure.self) { try saver.finish() }
    } else {
      try saver.finish()
    }
    #expect(saver.hasFailed == failed)
  }

  @Test("the last save must succeed, however many may fail")
  func last() throws {
    let saver = CheckpointSaver(
      SmallModel.state(step: 0), keep: .all, in: directory, logs: [FailingLog(2)], tolerating: 9)
    save(saver, step: 1)
    save(saver, step: 2)
    #expect(throws: Failure.self) { try saver.finish() }
    #expect(!saver.hasFailed)
    save(saver, step: 3)
    try saver.finish()
  }

  @Test("a number that is not finite is thrown in the end; what was saved before stays")
  func notFinite() throws {
    let saver = saver()
    save(saver, step: 1)
    model.replica.parameters[0] = .nan
    save(saver, step: 2)
    let error = try #require(throws: Failure.self) { try saver.finish() }
    #expect(error.description.hasPrefix("a parameter after step 2 is not finite"))
    #expect(try checkpoints() == ["step-00000001"] && link("latest") == "step-00000001")
  }

  @Test("a run directory that has vanished is thrown in the end, and not made anew")
  func vanished() throws {
    let saver = saver()
    save(saver, step: 1)
    try saver.finish()
    try FileSystem.rename(path, to: folder.path("moved"))
    save(saver, step: 2)
    let error = try #require(throws: Failure.self) { try saver.finish() }
    #expect(error.code == .inputOutput)
    #expect(
      error.description.hasPrefix(
        "\(path): the run directory was removed or moved while this job used it"))
    #expect(!FileSystem.exists(path))
    #expect(try FileSystem.names(in: folder.path("moved")).contains("step-00000001"))
  }

  @Test("lines that logs have refused are in the state, in the logs' order")
  func refused() throws {
    let saver = saver(
      Log(in: path, refusing: ["{\"step\":1}\n", "{\"step\":2}\n"]), Log(in: path),
      Log(in: path, refusing: ["last"]))
    save(saver, step: 2)
    try saver.finish()
    let state = try CheckpointReference(path).state()
    #expect(state.refusedMetrics == ["{\"step\":1}\n", "{\"step\":2}\n", "last"])
  }

  @Test("where images are held out, `best` follows their loss, whatever the test images say")
  func validation() throws {
    var state = SmallModel.state(step: 0)
    state.recipe.validation = 2
    let saver = CheckpointSaver(state, keep: .newest(1), in: directory, logs: [])
    let losses: [(test: Double, validation: Double?)] = [(3, 3), (2, 1), (1, nil), (0, 2)]
    for (index, loss) in losses.enumerated() {
      saver.save(
        model.replica, at: SmallModel.progress(index + 1), testLoss: loss.test,
        validationLoss: loss.validation, best: BestEpoch(epoch: 2, loss: 1))
    }
    try saver.finish()
    #expect(link("best") == "step-00000002")
    #expect(try checkpoints() == ["step-00000002", "step-00000004"])
    let last = try CheckpointReference("\(path)/latest").state()
    #expect((last.testLoss, last.validationLoss) == (0, 2))
    #expect(last.best == BestEpoch(epoch: 2, loss: 1))
  }

  /// Of the third on, the best and the newest stay.
  @Test("the test loss is in the state, `best` leads to the least, and it stays beside the newest")
  func best() throws {
    let saver = saver(keep: .newest(1))
    let losses = [3, 2, nil, 2.5, 2]
    for (step, loss) in losses.enumerated() { save(saver, step: step + 1, testLoss: loss) }
    try saver.finish()
    #expect(try checkpoints() == ["step-00000002", "step-00000005"])
    #expect(link("latest") == "step-00000005" && link("best") == "step-00000002")
    #expect(try CheckpointReference("\(path)/best").state().testLoss == 2)
  }
}
