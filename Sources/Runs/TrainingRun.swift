package import Checkpoints
package import Engine
internal import Formats
internal import Images
internal import Kernels
internal import Logging
package import MPI
package import Platform
internal import Ranks
internal import Reports
internal import VAE

/// One run of `lockstep train`: begins or goes on, trains, evaluates, saves. Collective throughout.
package struct TrainingRun: ~Copyable {
  let communicator: Communicator
  let request: RunRequest
  let configuration: RunConfiguration
  private let stopSignal: StopSignal
  let path: String
  private let data: NodeData
  package var trainer: Trainer

  // Rank zero's alone.
  let outputs: RunOutputs?
  private var lastSave = ContinuousClock.now

  /// Why a row could not be logged; rank zero then asks all to stop, and tells at the stop.
  var logFailure: Failure?

  /// The pace since the last row about a step.
  var rowPace = Stopwatch(from: 0, StageTimes())

  /// Gets a run ready in the directory at `path`: locks it, works out what to do, reads the data
  /// and the checkpoint, and makes sure that all ranks are about to do the same. Nothing that was
  /// there before is touched until then.
  ///
  /// `observer` and `path` are of use on rank zero only; `stop` is asked on every rank.
  package init(
    _ request: RunRequest, path: String, observer: any TrainingObserver, stop: StopSignal,
    among world: borrowing Communicator
  ) throws {
    let threads = request.threadsPerRank
    try Self.requireSameCommand(request, path: path, among: world)
    try world.requireProducts(in: request.precision ?? .fp32)
    let directory = try world.together {
      world.rank == 0 ? try RunDirectory(locking: path) : nil
    }
    let plan = try Self.plan(request, path: path, among: world)
    let data = try plan.readData(request, among: world)
    let trainer = try Self.makeTrainer(plan, data.splits[0], threads: threads, world)
    let layout = trainer.replica.layout
    try trainer.replica.requireSame(among: world)
    let arithmetic = Arithmetic(plan.configuration.recipe.precision, trainer.instructions)
    if world.rank == 0, plan.checkpoint != nil,
      let warning = arithmetic.warning(since: plan.arithmetic)
    {
      Logger(label: "lockstep").warning("\(warning)")
    }
    try Crowding.check(threads: threads, among: world)
    let environment = try RunEnvironment(
      threads: threads, trainer.instructions, request.program, DataFingerprint(data),
      among: world)
    let communicator = try world.duplicate()
    let state = CheckpointState(plan, data, arithmetic)
    outputs = try world.together {
      try directory.map {
        try RunOutputs(plan, request, in: $0, layout, state, environment, observer: observer)
      }
    }
    outputs?.keepStart(of: plan, trainer.replica)
    self.trainer = trainer
    self.communicator = communicator
    self.request = request
    configuration = plan.configuration
    stopSignal = stop
    self.path = path
    self.data = data
  }

  /// Trains to the end, or until someone asks to stop.
  ///
  /// - Returns: what it has come to; the run directory has a checkpoint.
  package consuming func perform() throws -> TrainingEnd {
    outputs?.observer.trainingBegins(
      TrainingStart(
        configuration: configuration, progress: trainer.progress, ranks: communicator.size,
        threads: request.threadsPerRank, teams: trainer.teamCount, previous: outputs?.previous))
    lastSave = .now
    let start = trainer.progress.step
    var code = ExitCode.done
    do {
      while code == .done && trainer.progress.epoch < configuration.epochs && !isAtMaxSteps {
        code = try trainEpoch()
      }
    } catch let failure as SharedFailure {
      try finishSaves()
      throw failure
    }
    try finishSaves()
    let end = TrainingEnd(code: code, modelDigest: outputs?.modelDigest)
    if code == .done { try endEvents() }
    if code == .done, trainer.progress.step > start { try writeReport() }
    try trainer.free()
    try data.free()
    try communicator.free()
    return end
  }

  /// The images that an epoch is judged by; nil where there are none.
  var test: Dataset? { data.splits.dropFirst().first }

  /// The shape of an image.
  var imageSize: ImageSize {
    ImageSize(rows: data.splits[0].rows, columns: data.splits[0].columns)
  }

  private var isAtMaxSteps: Bool { request.maxSteps.map { trainer.progress.step >= $0 } ?? false }

  /// Trains to the epoch's end, then evaluates and saves; or saves where a stop comes before it.
  private mutating func trainEpoch() throws -> ExitCode {
    // Rank zero has logged, drawn and saved meanwhile: what others waited for that is no part of
    // the epoch's seconds.
    try communicator.barrier()
    var pace = Stopwatch(from: trainer.progress.offset, trainer.stageTimes)
    rowPace = pace
    while !trainer.isEpochComplete {
      let (losses, requests) = try trainer.step(
        StepRequests(stop: isAskedToStop, save: isSaveDue),
        isMeasured: isLogged(trainer.progress.step + 1))
      let isSaving =
        requests.stop || requests.save || isAtMaxSteps
        || configuration.checkpointEvery.isDue(after: trainer.progress.step)
      try verifyReplicas(isSaving: isSaving || trainer.isEpochComplete)
      try report(losses.mean)
      if trainer.isEpochComplete { break }
      if isSaving { try save() }
      if isAtMaxSteps { return .done }
      if requests.stop { return .stopped }
    }
    pace.stop(at: trainer.progress.offset, trainer.stageTimes)
    try endEpoch(pace)
    return try isToStop() ? .stopped : .done
  }

  /// Compares the teams' replicas where it is time to, as before a checkpoint; collective.
  private func verifyReplicas(isSaving: Bool) throws {
    let isDue: Bool
    switch configuration.verifyEvery {
    case 0: isDue = false
    case let steps?: isDue = isSaving || trainer.progress.step.isMultiple(of: steps)
    case nil: isDue = isSaving
    }
    if isDue { try trainer.compareReplicas(among: communicator) }
  }

  /// Whether some rank was asked to stop, at an epoch's last step or since, and epochs are left;
  /// collective.
  private func isToStop() throws -> Bool {
    guard trainer.progress.epoch < configuration.epochs, !isAtMaxSteps else { return false }
    return try communicator.allReduce(Int64(isAskedToStop ? 1 : 0), .max) > 0
  }
}

extension TrainingRun {
  /// Whether this rank was asked to stop, or is rank zero and has reason to.
  private var isAskedToStop: Bool {
    if stopSignal.isRequested { return true }
    guard let saver = outputs?.saver else { return false }
    let isLate =
      request.stopAfter.map { ContinuousClock.now - stopSignal.start >= .seconds($0) } ?? false
    return isLate || logFailure != nil || saver.hasFailed
  }

  /// Whether this is rank zero and its clock asks for a checkpoint, which need not wait for the
  /// last.
  private var isSaveDue: Bool {
    guard let saver = outputs?.saver, !saver.isBusy else { return false }
    return configuration.checkpointEvery.isDue(after: ContinuousClock.now - lastSave)
  }

  /// Begins to write the checkpoint of the step reached; collective.
  ///
  /// Rank zero's team cannot take the next step before rank zero, so nothing changes meanwhile.
  mutating func save(testLoss: Double? = nil) throws {
    try trainer.completeReplica()
    guard let saver = outputs?.saver else { return }
    saver.save(trainer.replica, at: trainer.progress, testLoss: testLoss)
    lastSave = .now
  }

  /// Waits for the last checkpoint; collective.
  ///
  /// - Throws: why a checkpoint or a row could not be written, if so.
  private func finishSaves() throws {
    try communicator.together {
      try outputs?.saver.finish()
      if let logFailure { throw logFailure }
    }
  }
}
