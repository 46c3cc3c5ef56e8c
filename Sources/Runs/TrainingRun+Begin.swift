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
  /// Makes sure that all ranks run the same program and were asked for the same; collective, and
  /// the first of all: others could mean other collectives.
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

  /// Works out on rank zero, and tells all, what `request` means in the run directory `path`;
  /// collective.
  static func plan(
    _ request: RunRequest, path: String, among world: borrowing Communicator
  ) throws -> RunPlan {
    let mine = try world.together {
      guard world.rank == 0 else { return RunPlan?.none }
      return try RunPlan(request, inRun: path, defaultData: Dataset.defaultDirectory)
    }
    let plan = try world.broadcast(mine)
    try world.requireProducts(in: plan.configuration.recipe.precision)
    return plan
  }

  /// The trainer, with the state the run begins with: drawn from the seed, or read by rank zero,
  /// from a checkpoint or a file of parameters, and sent to all teams; collective.
  static func makeTrainer(
    _ plan: RunPlan, _ train: Dataset, threads: Int, _ world: borrowing Communicator
  ) throws -> Trainer {
    let (configuration, recipe) = (plan.configuration, plan.configuration.recipe)
    var shape = JobShape()
    (shape.teams, shape.exchange, shape.wire) = (
      configuration.teams, configuration.exchange, configuration.wire
    )
    shape.threadsPerRank = threads
    shape.reserve = MemoryReserve(
      runOf: ParameterLayout(recipe.model(pixels: train.pixelCount)), threads: threads)
    var trainer = try Trainer(
      recipe, on: train, from: plan.progress, shape: shape, among: world)
    let layout = trainer.replica.layout
    try world.together {
      guard world.rank == 0 else { return }
      if let checkpoint = plan.checkpoint {
        try Checkpoint.read(checkpoint, into: trainer.replica)
      } else if let path = configuration.initialParameters {
        try trainer.replica.readParameters(path)
      }
    }
    try trainer.load { replica, leaders in
      guard plan.checkpoint != nil || configuration.initialParameters != nil else {
        return layout.initialize(replica.parameters, seed: recipe.seed)
      }
      for vector in [replica.parameters, replica.firstMoment, replica.secondMoment] {
        try vector.withMutableSpan { span throws(MPIError) in
          try leaders.broadcast(&span, from: 0)
        }
      }
    }
    if plan.checkpoint == nil, let path = configuration.initialParameters {
      try WeightOrder.check(
        path, layout, trainer.replica.parameters, on: train, seed: recipe.seed, among: world)
    }
    return trainer
  }
}

extension Replica {
  /// Makes sure that all ranks begin with the same; collective.
  func requireSame(among world: borrowing Communicator) throws {
    try Fingerprint.requireEqual(
      [Fingerprint("initial state", of: [parameters, firstMoment, secondMoment])], among: world)
  }

  /// Reads the parameters of a run that begins with those of another program.
  fileprivate func readParameters(_ path: String) throws {
    try TensorFile.read([("", parameters)], layout, from: SafetensorsFile(opening: path))
    guard parameters.isFinite else {
      throw Failure(
        .badData,
        "\(path): a parameter is not finite, so nothing can be trained from it; use another file")
    }
  }
}
