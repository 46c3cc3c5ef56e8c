internal import Checkpoints
internal import Engine
internal import Images
internal import Kernels
package import MPI
internal import Platform
internal import Ranks
internal import VAE

extension Measurement {
  /// Trains the default model on the images in the folder `data` and measures the training; collective.
  /// No file is written.
  ///
  /// - Throws: on all ranks, `SharedFailure` where the data cannot be read or a processor lacks the format.
  package init(
    _ request: MeasurementRequest, data: String, among world: borrowing Communicator
  ) throws {
    try world.requireProducts(in: request.precision)
    let meter = try world.together {
      guard let meter = PeakMeter(request.precision, seconds: request.peakSeconds) else {
        throw Failure(
          .unavailable,
          "no \(request.precision.rawValue) on this processor; measure with \(setting: .precision, "fp32")"
        )
      }
      return meter
    }
    let data = try NodeData(data, [.train], among: world)
    let images = data.splits[0]
    var pace = try Pace(request, images, among: world)
    try pace.warmUp(request, among: world)
    let single = world.size > 1 ? try meter.single(world) : nil
    let before = try meter.joint(world)
    let timing = try pace.run(seconds: request.seconds, among: world)
    let after = try meter.joint(world)
    let model = Recipe().model(pixels: images.pixelCount)
    let bytes = try pace.exchangeBytes(among: world)
    let mode = pace.trainer.exchangeMode
    let leastBytes = pace.leastExchangeBytes(request)
    let allReduce = try leastBytes.map { _ in
      try AllReduceTimes(&pace.trainer, seconds: request.seconds, among: world)
    }
    try pace.free()
    try data.free()
    self.init(
      ranks: world.size, timing: timing,
      exchange: ExchangeCost(
        mode: mode, bytes: bytes, leastBytes: leastBytes, allReduce: allReduce),
      peak: Peak(
        instructions: meter.instructions, single: single ?? max(before, after), before: before,
        after: after),
      model: model, cost: TrainingCost(model))
  }
}

/// A trainer that trains for a number of seconds.
private struct Pace: ~Copyable {
  var trainer: Trainer
  private let batchSize: Int
  private var secondsPerStep = 0.0

  /// A trainer of the default model, before the last batch of an epoch, which may be smaller: so the
  /// warm-up has batches of both sizes, and touches the memory of both. Collective.
  init(
    _ request: MeasurementRequest, _ images: Dataset, among world: borrowing Communicator
  ) throws {
    var (recipe, shape) = (Recipe(), JobShape())
    (recipe.batchSize, recipe.precision) = (request.batchSize, request.precision)
    (shape.teams, shape.exchange, shape.wire) = (
      request.teams, request.exchange, request.wire
    )
    var progress = Progress()
    progress.offset = (images.count - 1) / request.batchSize * request.batchSize
    var trainer = try Trainer(recipe, on: images, from: progress, shape: shape, among: world)
    try trainer.initialize()
    self.trainer = trainer
    batchSize = min(request.batchSize, images.count)
  }

  /// Trains for a few steps, so that caches are filled, pages mapped and the exchange chosen, and measures
  /// how long a step takes; collective.
  mutating func warmUp(
    _ request: MeasurementRequest, among world: borrowing Communicator
  ) throws {
    let count = max(2, 2048 / request.batchSize)
    _ = try run(steps: count, among: world)
    while !trainer.hasChosenExchange { _ = try run(steps: 16, among: world) }
    let timing = try run(steps: count, among: world)
    secondsPerStep = timing.seconds / Double(count)
  }

  /// Trains for about `seconds`: for as many steps as rank zero decides. Collective.
  mutating func run(
    seconds: Double, among world: borrowing Communicator
  ) throws -> Measurement.Timing {
    let steps = max(2, Int(min(1e9, (seconds / secondsPerStep).rounded(.up))))
    return try run(steps: Int(try world.broadcast(Int64(steps), from: 0)), among: world)
  }

  private mutating func run(
    steps: Int, among world: borrowing Communicator
  ) throws -> Measurement.Timing {
    var timing = Measurement.Timing(batchSize: batchSize)
    let stagesBefore = trainer.stageTimes
    try world.barrier()
    let start = ContinuousClock.now
    for _ in 0..<steps {
      if trainer.isEpochComplete { trainer.beginNextEpoch() }
      timing.images += try trainer.step().losses.count
    }
    try world.barrier()
    timing.seconds = (ContinuousClock.now - start) / .seconds(1)
    let stages = trainer.stageTimes - stagesBefore
    for stage in StageTimes.Stage.allCases {
      timing.stages[stage.rawValue] = try world.allReduce(stages[stage], .sum) / Double(world.size)
    }
    timing.longestWaiting = try world.allReduce(stages[.waiting], .max)
    return timing
  }

  /// See ``Measurement/ExchangeCost/bytes``.
  func exchangeBytes(among world: borrowing Communicator) throws -> Int {
    Int(try world.allReduce(Int64(trainer.exchangeBytes), .sum)) / trainer.job.teamCount
  }

  /// See ``Measurement/ExchangeCost/leastBytes``.
  func leastExchangeBytes(_ request: MeasurementRequest) -> Int? {
    let teams = trainer.job.teamCount
    guard trainer.exchangeMode == .allReduce else { return nil }
    let size = request.wire == .fp32 ? MemoryLayout<Float>.size : MemoryLayout<BFloat16>.size
    return 2 * (teams - 1) * trainer.replica.layout.parameterCount * size / teams
  }

  consuming func free() throws { try trainer.free() }
}
