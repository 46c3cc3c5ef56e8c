internal import Checkpoints
internal import Engine
internal import Formats
internal import Kernels
internal import Platform
internal import Ranks
internal import Reports
internal import Synchronization
internal import VAE

/// Writes checkpoints while training goes on, one at a time. Rank zero's alone.
///
/// A save costs training a copy of the state; checking, hashing, writing and waiting for the disk
/// are a thread's own, which never calls MPI. The next save waits for the one under way.
final class CheckpointSaver {
  private let work: SaveWork
  private var thread: Thread?

  /// Gets ready to save states of `layout` in `directory`; allocates all that saves need. Of `state`
  /// all stays but how far the run is.
  init(
    _ layout: ParameterLayout, _ state: CheckpointState, keep: Retention,
    in directory: RunDirectory, _ metrics: MetricsLog, _ events: EventLog?
  ) {
    work = SaveWork(layout, state, keep, directory, metrics, events)
  }

  deinit { thread?.join() }

  /// Whether a save has failed, which ``finish()`` tells of.
  var hasFailed: Bool { work.hasFailed.load(ordering: .acquiring) }

  /// The SHA-256 of the last model that was saved, in hexadecimal; nil before. To be asked once
  /// ``finish()`` has waited for it.
  var modelDigest: String? { work.modelDigest }

  /// Whether a save is under way, which the next one would wait for.
  var isBusy: Bool { work.isBusy.load(ordering: .acquiring) }

  /// Copies the state and begins to write it as the checkpoint of the step reached.
  ///
  /// `testLoss` is that of the epoch that ends with it.
  func save(_ replica: Replica, at progress: Progress, testLoss: Double?) {
    wait()
    work.copy(replica, progress, testLoss)
    thread = Thread { [work] in work.perform() }
    // A system that grants no thread is no reason to lose a checkpoint.
    if thread == nil { work.perform() }
  }

  /// Waits for the save under way.
  ///
  /// - Throws: `Failure`, why the first save that failed did.
  func finish() throws {
    wait()
    if let failure = work.failure { throw failure }
  }

  private func wait() {
    thread?.join()
    thread = nil
  }
}

/// A copy of the state, and what becomes of it.
///
/// Sound: the maker's thread touches it only while no other thread performs, which it has joined.
/// `hasFailed` and `isBusy` alone may be read at any time.
private final class SaveWork: @unchecked Sendable {
  let hasFailed = Atomic(false)
  let isBusy = Atomic(false)
  private(set) var failure: Failure?
  private(set) var modelDigest: String?

  private let memory: Buffer<Float>
  private let replica: Replica
  private let rows: Vector
  private var state: CheckpointState
  private let directory: RunDirectory
  private let metrics: MetricsLog
  private let events: EventLog?
  private let keep: Retention

  init(
    _ layout: ParameterLayout, _ state: CheckpointState, _ keep: Retention,
    _ directory: RunDirectory, _ metrics: MetricsLog, _ events: EventLog?
  ) {
    memory = Buffer(repeating: 0, count: Checkpoint.saveCount(layout))
    let stateCount = Replica.count(layout)
    replica = Replica(layout, memory.vector[0..<stateCount])
    rows = memory.vector[stateCount..<memory.count]
    self.state = state
    self.keep = keep
    self.directory = directory
    self.metrics = metrics
    self.events = events
  }

  func copy(_ source: Replica, _ progress: Progress, _ testLoss: Double?) {
    replica.parameters.copy(from: source.parameters)
    replica.firstMoment.copy(from: source.firstMoment)
    replica.secondMoment.copy(from: source.secondMoment)
    (state.progress, state.testLoss) = (progress, testLoss)
    let refused = metrics.refusedLines
    state.refusedMetrics = refused.isEmpty ? nil : refused
    isBusy.store(true, ordering: .relaxed)
  }

  /// Writes the copy, and remembers the first failure.
  func perform() {
    note { try write() }
    isBusy.store(false, ordering: .releasing)
  }

  private func note(_ work: () throws -> Void) {
    do {
      try work()
    } catch {
      failure = failure ?? Failure(error)
      hasFailed.store(true, ordering: .releasing)
    }
  }

  private func write() throws {
    try directory.requirePlace()
    let (name, digest) = try Checkpoint.write(replica, state, in: directory.path, rows: rows) {
      // Who goes on from the checkpoint relies on the rows before it; it tells those that are
      // refused.
      note { try metrics.synchronize() }
      note { try events?.synchronize() }
    }
    try directory.setLatest(name)
    modelDigest = digest
    let step = state.progress.step
    if let testLoss = state.testLoss {
      try directory.updateBest(name, step: step, testLoss: testLoss, test: state.data?.test)
    }
    try directory.removeCheckpoints(beside: keep, upTo: step, test: state.data?.test)
  }
}
