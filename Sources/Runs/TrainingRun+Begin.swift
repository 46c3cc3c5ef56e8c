internal import Checkpoints
internal import Engine
internal import Formats
internal import Images
internal import Inference
internal import Kernels
internal import MPI
internal import Platform
internal import Ranks
internal import VAE

extension TrainingRun {
  /// Makes sure that all ranks run the same program and were asked for the same. This must be the first
  /// collective call of a run: ranks with other flags might make other calls after it.
  static func requireSameCommand(
    _ request: RunRequest, path: String, among world: borrowing Communicator
  ) throws {
    try Fingerprint.requireEqual(
      try world.together {
        [
          try Fingerprint("run directory", of: path),
          try Fingerprint("configuration", of: request), try .program(),
        ]
      }, among: world)
  }

  /// The plan for `request` in the run directory `path`, which rank zero works out for all; collective.
  static func plan(
    _ request: RunRequest, path: String, among world: borrowing Communicator
  ) throws -> RunPlan {
    let plan = try world.valueOfRankZero {
      try RunPlan(request, inRun: path, defaultData: Dataset.defaultDirectory)
    }
    try world.requireProducts(in: plan.configuration.recipe.precision)
    return plan
  }

  /// A trainer with the state that the run begins with; collective. All teams draw the state from the seed;
  /// or rank zero reads it from a checkpoint or a file of parameters, and sends it to all teams.
  static func makeTrainer(
    _ plan: RunPlan, _ train: Dataset, threads: Int, among world: borrowing Communicator
  ) throws -> Trainer {
    let (configuration, recipe) = (plan.configuration, plan.configuration.recipe)
    var shape = configuration.shape
    shape.threadsPerRank = threads
    shape.reserve = MemoryReserve(
      runOf: ParameterLayout(recipe.model(pixels: train.pixelCount)), threads: threads)
    var trainer = try Trainer(
      recipe, on: train, from: plan.progress, shape: shape, among: world)
    if let checkpoint = plan.checkpoint {
      try trainer.load(among: world) { try Checkpoint.read(checkpoint, into: $0) }
    } else if let path = configuration.initialParameters {
      try trainer.load(among: world) { try $0.readParameters(path) }
    } else {
      try trainer.initialize()
    }
    if plan.checkpoint == nil, let path = configuration.initialParameters {
      try WeightOrder.check(
        trainer.replica.parameters, of: trainer.replica.layout, from: path, on: train, recipe,
        among: world)
    }
    return trainer
  }
}

extension Replica {
  /// Makes sure that all ranks have the same parameters and moments; collective.
  func requireSame(among world: borrowing Communicator) throws {
    try Fingerprint.requireEqual(
      [Fingerprint("initial state", of: [parameters, firstMoment, secondMoment])], among: world)
  }

  /// Reads the parameters that a run begins with from the file at `path`, which any program may have written.
  /// For rank zero alone.
  fileprivate func readParameters(_ path: String) throws {
    try TensorFile.read([("", parameters)], layout, from: SafetensorsFile(opening: path))
    guard parameters.isFinite else {
      throw Failure(
        .badData,
        "\(path): a parameter is not finite, so nothing can be trained from it; use another file")
    }
  }
}
