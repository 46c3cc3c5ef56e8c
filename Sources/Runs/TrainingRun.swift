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

/// One run of `lockstep train`. Nearly all functions are collective; all ranks make the same calls in the
/// same order, each on its main thread.
///
/// The life of a run:
///
///  1. Compare: all ranks run the same program and were asked for the same.
///  2. Lock: rank zero locks the run directory.
///  3. Plan: rank zero works out what the flags mean in that directory, and tells all ranks.
///  4. Read: every node gets one copy of the images.
///  5. Load: every team gets parameters and moments, from the seed, a checkpoint or a file.
///  6. Agree: all ranks begin with the same state.
///  7. Begin: rank zero brings the directory into order and opens its outputs. Before this step the directory
///     has only lost what was left of checkpoints that were never finished.
///  8. Train: in each epoch, step by step, with checkpoints between.
///  9. End an epoch: evaluate, log, draw and begin to save.
/// 10. Finish: wait for the last checkpoint.
/// 11. Report: if the run was not asked to stop, tell TensorBoard of the end, and write the report.
/// 12. Free what was allocated.
///
/// ``init(_:path:observer:stop:among:)`` does steps 1 to 7, ``perform()`` the others. Only rank zero writes
/// files.
package struct TrainingRun: ~Copyable {
  let communicator: Communicator
  let request: RunRequest
  let configuration: RunConfiguration

  /// The request with which the run goes back to its newest checkpoint, or to where it began.
  let repetition: RunRequest

  let stopSignal: StopSignal

  /// The run directory.
  let path: String

  private let watch: StallWatch
  private let data: NodeData
  package var trainer: Trainer

  /// The files that the run writes; nil on all ranks but zero.
  let outputs: RunOutputs?

  /// When the last checkpoint was begun or, before the first, training; of use on rank zero alone.
  var lastSave = ContinuousClock.now

  /// Whether the observer knows which exchange teams use.
  var isExchangeTold = false

  /// The best epoch so far, the same on all ranks; nil where none has had a loss that decides.
  var best: BestEpoch?

  /// How many batches in a row were passed over.
  var passedOver = 0

  /// The pace since the last row of a step, or since the epoch began; stopped on rank zero alone.
  var rowPace = Stopwatch(from: 0, StageTimes())

  /// Gets a run ready in the directory at `path`: steps 1 to 7. Collective over `world`.
  ///
  /// - Parameters:
  ///   - request: the flags.
  ///   - path: the run directory.
  ///   - observer: is told of the run's progress; only rank zero's is used.
  ///   - stop: tells each rank whether it was asked to stop.
  ///   - world: the ranks.
  /// - Throws: on all ranks, where the run cannot begin; in a failure before step 7 the directory stays as it
  ///   was.
  package init(
    _ request: RunRequest, path: String, observer: any TrainingObserver, stop: StopSignal,
    among world: borrowing Communicator
  ) throws {
    // 1. Compare.
    try Self.requireSameCommand(request, path: path, among: world)
    try world.requireProducts(in: request.precision ?? .fp32)
    let watch = try StallWatch(request.stallLimits, among: world)
    // 2. Lock.
    let directory = try world.together {
      world.rank == 0 ? try RunDirectory(locking: path) : nil
    }
    // 3. Plan.
    var plan = try Self.plan(request, path: path, among: world)
    // 4. Read.
    let data = try plan.readData(request, among: world)
    plan.forgetLosses(unlessOf: DataFingerprint(data, for: plan.configuration.recipe))
    // 5. Load.
    let threads = request.threadsPerRank
    let trainer = try Self.makeTrainer(plan, data.splits[0], threads: threads, among: world)
    // 6. Agree.
    try trainer.replica.requireSame(among: world)
    let arithmetic = Arithmetic(plan.configuration.recipe.precision, trainer.instructions)
    if world.rank == 0 { plan.warn(ofComputingWith: arithmetic) }
    try world.warnOfCrowding(threads: threads)
    // 7. Begin.
    let environment = try RunEnvironment(
      threads: threads, instructions: trainer.instructions, program: request.program,
      data: DataFingerprint(data), among: world)
    let communicator = try world.duplicate()
    let state = CheckpointState(plan, data: data, arithmetic: arithmetic)
    outputs = try world.together {
      try directory.map {
        try RunOutputs(
          plan, request, in: $0, state: state, environment: environment, observer: observer)
      }
    }
    outputs?.saveStart(of: plan, trainer.replica)
    self.trainer = trainer
    self.communicator = communicator
    self.request = request
    configuration = plan.configuration
    repetition = plan.repetition(of: request)
    stopSignal = stop
    self.path = path
    self.watch = watch
    self.data = data
    best = plan.best
  }

  /// Trains to the end of the last epoch or to ``RunRequest/maxSteps``, or until some rank is asked to stop;
  /// collective.
  ///
  /// - Returns: how the run has ended; the run directory has a checkpoint.
  /// - Throws: on all ranks, where training, evaluating or saving fails.
  package consuming func perform() throws -> TrainingEnd {
    let start = trainer.progress.step
    outputs?.directory.note(step: start)
    outputs?.observer.trainingBegins(
      TrainingStart(
        configuration: configuration, progress: trainer.progress, ranks: communicator.size,
        threads: request.threadsPerRank, teams: trainer.job.teamCount, previous: outputs?.previous))
    outputs?.observer.exchangeChosen(trainer.exchangeChoice)
    isExchangeTold = trainer.hasChosenExchange
    lastSave = .now
    var code = ExitCode.done
    var failure: SharedFailure?
    do {
      code = try train()
    } catch let error as SharedFailure {
      failure = error
    }
    // 10. Finish.
    outputs?.directory.note(step: trainer.progress.step, isLast: true)
    do {
      try finishSaves()
    } catch let error as SharedFailure {
      // Without its last save there may be nothing to go back to.
      if let failure, failure.code != error.code {
        if communicator.rank == 0 { Logger.lockstep.tell(.error, failure.sentence) }
        throw error
      }
      failure = failure ?? error
    }
    var end = TrainingEnd(code: code, modelDigest: outputs?.modelDigest, patience: patience)
    if let failure {
      guard failure.code == .disagreement, case .rollback = configuration.onNonfinite else {
        throw failure
      }
      end.trouble = (trainer.progress.step, failure.failure)
      try free()
      return end
    }
    // 11. Report.
    RankActivity.own.begin(.reporting)
    if code == .done {
      try endEvents()
      let isWritten = try trainer.progress.step == start && hasReport()
      if !isWritten { try writeReport() }
    }
    try free()
    return end
  }

  /// 12. Free.
  private consuming func free() throws {
    try watch.end()
    try trainer.free()
    try data.free()
    try communicator.free()
  }

  /// Trains epoch by epoch.
  ///
  /// - Returns: `done`, or `stopped` where some rank was asked to stop.
  private mutating func train() throws -> ExitCode {
    var code = ExitCode.done
    while code == .done && !isComplete { code = try trainEpoch() }
    return code
  }

  /// Trains to the end of the epoch; where the run is to end within it, begins to save and returns.
  private mutating func trainEpoch() throws -> ExitCode {
    // 8. Train. Rank zero has logged, drawn and saved since the last epoch; the time that the other ranks
    //    waited for rank zero does not count as the epoch's.
    try RankActivity.own.during(.waitingForAll) { try trainer.barrier(among: communicator) }
    var pace = Stopwatch(from: trainer.progress.offset, trainer.stageTimes)
    rowPace = pace
    while !trainer.isEpochComplete {
      let (outcome, requests) = try trainer.attemptStep(
        StepRequests(stop: isAskedToStop, save: isSaveDue),
        isMeasured: isLogged(trainer.progress.step + 1))
      if case .failure(let problem) = outcome { try passOver(problem) }
      let isSaving =
        requests.stop || requests.save || isAtMaxSteps
        || configuration.checkpointEvery.isDue(after: trainer.progress.step)
      try verifyReplicas(isSaving: isSaving || trainer.isEpochComplete)
      if case .success(let losses) = outcome {
        passedOver = 0
        try report(losses.mean)
      }
      if trainer.isEpochComplete { break }
      if isSaving { try save() }
      if isAtMaxSteps { return .done }
      if requests.stop { return .stopped }
    }
    // 9. End the epoch.
    pace.stop(at: trainer.progress.offset, trainer.stageTimes)
    try endEpoch(pace)
    return try isToStop() ? .stopped : .done
  }
}

extension TrainingRun {
  /// The images that an epoch is tested on; nil where there are none.
  var test: Dataset? { data.splits.dropFirst().first }

  /// The size of an image.
  var imageSize: ImageSize {
    ImageSize(rows: data.splits[0].rows, columns: data.splits[0].columns)
  }
}
