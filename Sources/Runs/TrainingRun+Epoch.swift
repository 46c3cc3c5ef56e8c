internal import Checkpoints
internal import Engine
internal import Formats
internal import Images
internal import Inference
internal import Kernels
internal import Logging
internal import MPI
internal import Platform
internal import Ranks
internal import Reports
internal import VAE

extension TrainingRun {
  /// Whether the metrics get a row about step number `step`.
  func isLogged(_ step: Int) -> Bool { step.isMultiple(of: configuration.logEvery) }

  /// Tells rank zero's observer and logs of the step that was taken, with the batch's mean `loss`;
  /// collective.
  mutating func report(_ loss: Loss) throws {
    let progress = trainer.progress
    var row: StepRow?
    if isLogged(progress.step) {
      row = StepRow(
        epoch: progress.epoch + 1, step: progress.step, loss: loss,
        gradientNorm: try trainer.gradientNorm(), learningRate: trainer.learningRate)
      if trainer.recipe.model.draws, trainer.recipe.objective == .elbo {
        row?.klWeight = trainer.divergenceWeight(step: progress.step)
      }
    }
    tellExchange()
    guard let outputs else { return }
    outputs.directory.note(step: progress.step)
    let times = trainer.stageTimes
    outputs.observer.stepEnded(
      StepEvent(
        progress: progress, epochs: configuration.epochs, imageCount: trainer.imageCount,
        loss: loss,
        waiting: times.waited / max(times.total, 1e-9), row: row))
    guard let row else { return }
    write(to: outputs.metrics) { try outputs.metrics.append(row) }
    guard let events = outputs.events else { return }
    rowPace.stop(at: progress.offset, trainer.stageTimes)
    let summary = Summary(row, rowPace, configuration.recipe)
    write(to: events) { try events.append(summary, step: progress.step) }
    rowPace = Stopwatch(from: progress.offset, trainer.stageTimes)
  }

  /// Tells rank zero's observer which exchange teams use, once that is known.
  mutating func tellExchange() {
    guard !isExchangeTold, trainer.hasChosenExchange else { return }
    isExchangeTold = true
    outputs?.observer.exchangeChosen(trainer.exchangeChoice)
  }

  /// Does `work`, which writes to `log`. What the system refuses is kept and written with what is logged
  /// later; that is told once, until it is over, unless it ends training: see
  /// ``RunConfiguration/maxSaveFailures``. To be called on rank zero alone.
  func write(to log: some RunLog, _ work: () throws -> Void) {
    let wasRefused = log.isRefused
    do {
      try work()
    } catch {
      guard !wasRefused, configuration.maxSaveFailures > 0 else { return }
      Logger.lockstep.tell(
        .warning, "\(Failure(error).sentence); it is kept and written with what is logged later")
    }
  }

  /// Compares the teams' replicas, if a comparison is due at this step; before a checkpoint one is, unless
  /// the configuration says never. Collective.
  func verifyReplicas(isSaving: Bool) throws {
    let isDue: Bool
    switch configuration.verifyEvery {
    case 0: isDue = false
    case let steps?: isDue = isSaving || trainer.progress.step.isMultiple(of: steps)
    case nil: isDue = isSaving
    }
    if isDue { try trainer.compareReplicas(among: communicator) }
  }

  /// Evaluates, logs, draws and begins to save at the end of an epoch that was trained at `pace`; collective.
  mutating func endEpoch(_ pace: Stopwatch) throws {
    // Ranks leave the barrier before an epoch one after another, and rank zero may be the last: another rank
    // then waits in its first step before rank zero's watch has started. The longest time covers all waiting.
    guard trainer.progress.losses.count > 0 else {
      throw SharedFailure(
        Failure(
          .disagreement,
          "all batches of epoch \(trainer.progress.epoch + 1) were passed over, so nothing was trained"
        ))
    }
    var pace = pace
    RankActivity.own.begin(.waitingForAll)
    pace.seconds = try communicator.allReduce(pace.seconds, .max)
    var inference = try InferenceSession(
      trainer.replica.layout, trainer.replica.parameters, shown: configuration.recipe.pixels,
      threads: request.threadsPerRank)
    let columns = Self.chooseLabels(&inference)
    RankActivity.own.begin(.evaluating)
    let (losses, latents) = try evaluate(inference)
    let validated = try validate(inference)
    let (trained, passedOver) = (trainer.progress.losses.mean, trainer.progress.passedOver)
    if let validated { trainer.note(validationLoss: validated.total) }
    trainer.beginNextEpoch()
    let progress = trainer.progress
    var row = EpochRow(
      epoch: progress.epoch, step: progress.step, ranks: communicator.size, trained: trained,
      tested: losses, validated: validated)
    (row.imagesPerSecond, row.seconds) = (pace.imagesPerSecond, pace.seconds)
    row.waitingSeconds = try waitingSeconds(pace)
    row.learningRate = trainer.learningRate
    row.passedOver = passedOver
    let summary = Summary(row, pace, configuration.recipe, latents: latents)
    if let loss = (validated ?? losses)?.total {
      best = .better(best, epoch: progress.epoch, loss: loss)
    }
    // A failure to write the row or the pictures is thrown only once the checkpoint, which is worth more, has
    // been begun.
    let failure = try record(
      row, summary: summary, with: inference, columns: columns)
    try save(testLoss: losses?.total, validationLoss: validated?.total)
    outputs?.observer.epochEnded(row)
    if let failure { throw failure }
  }

  /// The mean losses of the test images and, where event files are written, histograms of their latents; both
  /// nil where there are no test images. Collective.
  private func evaluate(
    _ inference: borrowing InferenceSession
  ) throws -> (losses: Loss?, latents: LatentHistograms?) {
    guard let test else { return (nil, nil) }
    var latents: LatentHistograms? =
      switch configuration.tensorboard {
      case .on: LatentHistograms(latent: configuration.recipe.latent)
      case .off: nil
      }
    let losses = try inference.evaluate(
      test, seed: configuration.recipe.seed, latents: &latents, among: communicator
    ).mean
    guard losses.total.isFinite else {
      throw SharedFailure(.notFinite("the test loss after step \(trainer.progress.step)"))
    }
    return (losses, latents)
  }

  /// The mean losses of the images that are held out; nil where there are none. Collective.
  private func validate(_ inference: borrowing InferenceSession) throws -> Loss? {
    guard let validation = trainer.validation else { return nil }
    let losses = try inference.evaluate(
      validation, seed: configuration.recipe.seed, among: communicator
    ).mean
    guard losses.total.isFinite else {
      throw SharedFailure(.notFinite("the validation loss after step \(trainer.progress.step)"))
    }
    return losses
  }

  /// The seconds that each rank waited in this job's steps of the epoch, on all ranks; collective.
  private func waitingSeconds(_ pace: Stopwatch) throws -> [Double] {
    try RankActivity.own.during(.waitingForAll) {
      try communicator.allGather(Int64(pace.passed.waited * 1e9)).map { Double($0) / 1e9 }
    }
  }

  /// Writes an epoch's row to the metrics, and its pictures, with `columns` of samples; writes its `summary`
  /// and pictures to the event file. Collective.
  ///
  /// - Returns: the failure to draw the pictures, where it must end training; nil where there was none. What
  ///   cannot be logged is kept.
  private func record(
    _ row: EpochRow, summary: Summary, with inference: borrowing InferenceSession, columns: Int
  ) throws -> SharedFailure? {
    var summary = summary
    if let metrics = outputs?.metrics { write(to: metrics) { try metrics.append(row) } }
    var undrawn = try failure {
      let sheets = try draw(inference, epoch: row.epoch, columns: columns)
      if outputs?.events != nil { summary.add(sheets) }
    }
    if let failure = undrawn, failure.code == .inputOutput, configuration.maxSaveFailures > 0 {
      if communicator.rank == 0 {
        Logger.lockstep.tell(
          .warning, "there are no pictures of epoch \(row.epoch): \(failure.sentence)")
      }
      undrawn = nil
    }
    if let events = outputs?.events {
      write(to: events) { try events.append(summary, step: row.step) }
    }
    return undrawn
  }

  /// Does `work`, and returns the failure that it throws on all ranks; nil where it throws none.
  private func failure(of work: () throws -> Void) throws -> SharedFailure? {
    do {
      try work()
      return nil
    } catch let failure as SharedFailure {
      return failure
    }
  }

  /// Lets each column of a sheet of samples have one label: of a conditional model with more than 16 of them,
  /// 16 spread evenly.
  ///
  /// - Returns: the number of columns, 8 where the model is told no labels.
  private static func chooseLabels(_ inference: inout InferenceSession) -> Int {
    let labels = inference.layout.configuration.labels
    guard labels > 0 else { return 8 }
    let columns = min(labels, 16)
    inference.label = { $0 % columns * labels / columns }
    return columns
  }

  /// Writes the epoch's two sheets: images decoded from 8 rows of latents, which are the same in every epoch,
  /// `columns` in each; and test images, if there are any, each above its reconstruction. Collective.
  private func draw(
    _ inference: borrowing InferenceSession, epoch: Int, columns: Int
  ) throws -> Sheets {
    let name = RunFiles.picture(epoch)
    try communicator.together {
      guard let directory = outputs?.directory else { return }
      try directory.requirePlace()
      try FileSystem.makeDirectory("\(directory.path)/samples")
      if test != nil { try FileSystem.makeDirectory("\(directory.path)/reconstructions") }
    }
    let samples = try inference.writeSheet(
      inference.sheet(columns: columns, imageHeight: imageSize.rows), of: 8 * columns,
      latents: InferenceSession.prior(seed: configuration.recipe.seed),
      to: "\(path)/samples/\(name)", among: communicator)
    let reconstructions = try test.map { test in
      try inference.writeReconstructions(
        of: test, count: 32, columns: 8, to: "\(path)/reconstructions/\(name)",
        among: communicator)
    }
    return Sheets(samples: samples, reconstructions: reconstructions)
  }
}
