internal import Artifacts
internal import Kernels
internal import MNIST
internal import MPI

/// The time that training on part of an epoch takes.
struct Stopwatch {
  private let offset: Int
  private let start = ContinuousClock.now
  private(set) var seconds = 0.0
  private(set) var images = 0

  /// Starts at `offset` images into the epoch.
  init(from offset: Int) { self.offset = offset }

  /// Stops at `offset` images into the epoch.
  mutating func stop(at offset: Int) {
    seconds = (ContinuousClock.now - start) / .seconds(1)
    images = offset - self.offset
  }
}

extension TrainingRun {
  /// Tells rank zero's observer and log of a step.
  mutating func report(_ loss: Loss) {
    guard let observer, let metrics else { return }
    let (progress, times) = (trainer.progress, trainer.stageTimes)
    let isLogged = progress.step.isMultiple(of: configuration.logEvery)
    observer.stepEnded(
      StepEvent(
        epoch: progress.epoch + 1, epochs: configuration.epochs, step: progress.step,
        offset: progress.offset, imageCount: trainer.imageCount, loss: loss,
        waiting: (times[.waiting] + times[.exchange]) / max(times.total, 1e-9),
        isLogged: isLogged))
    guard isLogged else { return }
    do {
      try metrics.append(
        StepRow(
          epoch: progress.epoch + 1, step: progress.step, loss: loss.total,
          reconstruction: loss.reconstruction, kl: loss.divergence))
    } catch {
      logFailure = Failure(error)
    }
  }

  /// Evaluates, draws, logs and begins to save at an epoch's end; collective.
  mutating func endEpoch(_ stopwatch: Stopwatch) throws {
    let inference = try Inference(
      trainer.replica.layout, trainer.replica.parameters, threads: threads)
    let seed = configuration.recipe.seed
    let losses = try inference.evaluate(test, seed: seed, among: communicator).mean
    let trained = trainer.progress.losses.mean
    guard losses.total.isFinite else {
      throw SharedFailure(.notFinite("the test loss after step \(trainer.progress.step)"))
    }
    trainer.beginNextEpoch()
    let progress = trainer.progress
    let row = EpochRow(
      epoch: progress.epoch, step: progress.step, trainLoss: trained.total,
      testLoss: losses.total, reconstruction: losses.reconstruction, kl: losses.divergence,
      imagesPerSecond: Double(stopwatch.images) / stopwatch.seconds, seconds: stopwatch.seconds,
      ranks: communicator.size, trainReconstruction: trained.reconstruction,
      trainKL: trained.divergence, waitingSeconds: try waitingSeconds())
    let failure = try record(row, inference)
    try save(testLoss: losses.total)
    observer?.epochEnded(row)
    if let failure { throw failure }
  }

  /// What each rank waited in steps since the epoch began or was gone on with; collective.
  private func waitingSeconds() throws -> [Double] {
    let passed = trainer.stageTimes - timesBefore
    return try communicator.allGather(Int64(passed[.waiting] * 1e9)).map { Double($0) / 1e9 }
  }

  /// Logs and draws what an epoch has come to; collective.
  ///
  /// - Returns: why that could not be written, if so: the checkpoint is worth more and comes next.
  private func record(
    _ row: EpochRow, _ inference: borrowing Inference
  ) throws -> SharedFailure? {
    let unlogged = try failure {
      try communicator.together {
        try metrics?.append(row)
        if let logFailure { throw logFailure }
      }
    }
    let undrawn = try failure { try draw(inference, epoch: row.epoch) }
    return unlogged ?? undrawn
  }

  /// Does `work`, and returns what all ranks know to have failed of it.
  private func failure(of work: () throws -> Void) throws -> SharedFailure? {
    do {
      try work()
      return nil
    } catch let failure as SharedFailure {
      return failure
    }
  }

  /// Writes the epoch's two sheets: the same 64 latents every time, and test images over what the
  /// model makes of them; collective.
  private func draw(_ inference: borrowing Inference, epoch: Int) throws {
    let name = RunRecord.pictureName(epoch)
    try communicator.together {
      guard let directory else { return }
      try directory.requirePlace()
      try FileSystem.makeDirectory("\(directory.path)/samples")
      try FileSystem.makeDirectory("\(directory.path)/reconstructions")
    }
    try inference.writeSheet(
      of: 64, latents: Inference.prior(seed: configuration.recipe.seed), columns: 8,
      to: "\(path)/samples/\(name)", rows: test.rows, among: communicator)
    try inference.writeReconstructions(
      of: test, count: 32, columns: 8, to: "\(path)/reconstructions/\(name)", among: communicator)
  }
}
