package import Engine
internal import Kernels
internal import Logging
internal import Platform
internal import Ranks
internal import Synchronization
internal import VAE

/// A log that a run writes beside its checkpoints. A run that is resumed from a checkpoint relies on what the
/// log has up to the checkpoint's step.
package protocol RunLog: Sendable {
  /// The lines that are still to be written, since the system refused them; a checkpoint keeps them.
  var refusedLines: [String] { get }

  /// Whether the system has refused what is still to be written.
  var isRefused: Bool { get }

  /// Brings all that was logged to the disk. May be called on any thread.
  ///
  /// - Throws: where the system refuses.
  func synchronize() throws
}

/// Writes checkpoints on a thread of its own while training continues, one at a time. Rank zero's alone.
///
/// Training stops only while the state is copied; the saver's thread checks, hashes and writes the copy and
/// waits for the disk. That thread never calls MPI. A save waits for the save before it.
///
/// A save that the system refuses, as where the disk is full, is told, and the next one tries again.
///
///     saver.save(trainer.replica, at: trainer.progress, testLoss: nil)
///     try saver.finish()
package final class CheckpointSaver {
  private let work: SaveWork
  private var thread: Thread?

  /// Allocates all memory that saves in `directory` need.
  ///
  /// - Parameters:
  ///   - state: the state of every checkpoint, but for progress, losses and refused lines, which each save
  ///     sets.
  ///   - keep: which older checkpoints stay.
  ///   - directory: the run directory.
  ///   - logs: what is brought to the disk before a checkpoint.
  ///   - most: after how many failed saves in a row training may go on.
  package init(
    _ state: CheckpointState, keep: Retention, in directory: RunDirectory, logs: [any RunLog],
    tolerating most: Int = 0
  ) {
    work = SaveWork(state, keep: keep, in: directory, logs: logs, tolerating: most)
  }

  deinit { thread?.join() }

  /// Whether training must end: too many saves in a row have failed, or no later one could succeed.
  /// ``finish()`` throws the failure.
  package var hasFailed: Bool { work.hasFailed.load(ordering: .acquiring) }

  /// The SHA-256 of the last model that was saved, in hexadecimal; nil before the first. Must not be read
  /// while a save is under way.
  package var modelDigest: String? { work.modelDigest }

  /// Whether a save is under way.
  package var isBusy: Bool { work.isBusy.load(ordering: .acquiring) }

  /// Waits for the save before, copies the state and begins to write it as the checkpoint of `progress`.
  ///
  /// `testLoss` and `validationLoss` are the losses of these images, where the checkpoint is at an epoch's
  /// end and there are such images; else nil. `best` is the best epoch so far.
  package func save(
    _ replica: Replica, at progress: Progress, testLoss: Double?, validationLoss: Double? = nil,
    best: BestEpoch? = nil
  ) {
    wait()
    work.copy(replica, at: progress)
    work.note(testLoss: testLoss, validationLoss: validationLoss, best: best)
    thread = Thread { [work] in work.perform() }
    // Where the system grants no thread, the calling thread writes the checkpoint.
    if thread == nil { work.perform() }
  }

  /// Waits for the save under way, if there is one.
  ///
  /// - Throws: `Failure`: that of the save for which training had to end (see ``hasFailed``) or, if the last
  ///   save has failed, that of this one.
  package func finish() throws {
    wait()
    if let failure = work.end ?? work.failure { throw failure }
  }

  private func wait() {
    thread?.join()
    thread = nil
  }
}

/// The copy of the state that is saved, and the outcome of saving it.
///
/// `@unchecked Sendable` is sound: the saver uses the rest only after it has joined the thread that performs
/// the work; `hasFailed` and `isBusy`, which are read at any time, are atomic.
private final class SaveWork: @unchecked Sendable {
  let hasFailed = Atomic(false)
  let isBusy = Atomic(false)

  /// Why the last save has failed; nil where it has not.
  private(set) var failure: Failure?

  /// Why training must end; nil where it need not.
  private(set) var end: Failure?

  /// How many saves in a row have failed.
  private var failureCount = 0
  private let most: Int
  private(set) var modelDigest: String?

  private let memory: Buffer<Float>
  private let replica: Replica
  private let rows: Vector
  private var state: CheckpointState
  private let directory: RunDirectory
  private let logs: [any RunLog]
  private let keep: Retention

  init(
    _ state: CheckpointState, keep: Retention, in directory: RunDirectory, logs: [any RunLog],
    tolerating most: Int
  ) {
    let layout = ParameterLayout(state.recipe.model(pixels: state.pixels))
    memory = Buffer(repeating: 0, count: Checkpoint.saveCount(layout))
    let stateCount = Replica.count(layout)
    replica = Replica(layout, memory.vector[0..<stateCount])
    rows = memory.vector[stateCount..<memory.count]
    self.state = state
    self.keep = keep
    self.directory = directory
    self.logs = logs
    self.most = most
  }

  /// Notes what is saved of losses.
  func note(testLoss: Double?, validationLoss: Double?, best: BestEpoch?) {
    (state.testLoss, state.validationLoss, state.best) = (testLoss, validationLoss, best)
  }

  /// Copies the state of `source`.
  func copy(_ source: Replica, at progress: Progress) {
    replica.parameters.copy(from: source.parameters)
    replica.firstMoment.copy(from: source.firstMoment)
    replica.secondMoment.copy(from: source.secondMoment)
    state.progress = progress
    let refused = logs.flatMap(\.refusedLines)
    state.refusedMetrics = refused.isEmpty ? nil : refused
    isBusy.store(true, ordering: .relaxed)
  }

  /// Writes the copy, and takes note of the first failure.
  func perform() {
    failure = nil
    var isLost = false
    note {
      do {
        try directory.requirePlace()
      } catch {
        isLost = true
        throw error
      }
      try write()
    }
    failureCount = failure == nil ? 0 : failureCount + 1
    if let failure { take(failure, isFinal: isLost || failure.code != .inputOutput) }
    isBusy.store(false, ordering: .releasing)
  }

  /// Goes on after a `failure` of this save, or lets training end.
  private func take(_ failure: Failure, isFinal: Bool) {
    guard isFinal || failureCount > most else {
      return Logger.lockstep.tell(
        .warning,
        "the save after step \(state.progress.step) has failed: \(failure.sentence); more than "
          + "\(setting: "max-save-failures", "\(most)") in a row end training, and this is number \(failureCount)"
      )
    }
    let isSpent = !isFinal && most > 0
    end =
      end
      ?? (isSpent
        ? Failure(
          failure.code,
          "\(failure.sentence); this was save number \(failureCount) in a row that has failed, and "
            + "\(setting: "max-save-failures", "\(most)") allows no more") : failure)
    hasFailed.store(true, ordering: .releasing)
  }

  private func note(_ work: () throws -> Void) {
    do {
      try work()
    } catch {
      failure = failure ?? Failure(error)
    }
  }

  private func write() throws {
    let (name, digest) = try Checkpoint.write(replica, state, in: directory.path, rows: rows) {
      // The logs up to this step must be on the disk before the checkpoint; lines that could not be written
      // are in the checkpoint's state.
      for log in logs { note { try log.synchronize() } }
    }
    try directory.setLatest(name)
    modelDigest = digest
    let step = state.progress.step
    let images = state.decidingImages
    if let loss = images.loss(in: state) {
      try directory.updateBest(name, step: step, loss: loss, by: images)
    }
    try directory.removeCheckpoints(beside: keep, upTo: step, by: images)
  }
}
