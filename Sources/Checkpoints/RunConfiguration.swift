package import Engine
package import Kernels
internal import Platform

/// What one `lockstep train` is asked to do, all flags resolved.
package struct RunConfiguration: Equatable, Codable, Sendable {
  /// What determines the model.
  package var recipe = Recipe()

  /// The epoch to train up to, counted from the beginning of the run.
  package var epochs = 10

  /// The largest ``epochs``: the images of so many can be counted.
  package static let mostEpochs = 1 << 30

  /// The folder with MNIST's four files.
  package var data: String

  /// How ranks form teams.
  package var teams = TeamMode.node

  /// What teams exchange.
  package var exchange = ExchangeMode.allReduce

  /// The number format in which gradients travel between teams. With bf16 a run that goes on does
  /// not have the last bits of one that never stopped: what rounding lost is in no checkpoint.
  package var wire = Precision.fp32

  /// Steps between two step rows of the metrics.
  package var logEvery = 10

  /// Steps between two comparisons of the teams' replicas, which come before each checkpoint, too;
  /// 0 for none at all, nil for those before checkpoints alone.
  package var verifyEvery: Int?

  /// When to write checkpoints beside those at epochs' ends.
  package var checkpointEvery = CheckpointInterval.epoch

  /// Which checkpoints stay.
  package var keep = Retention.all

  /// Whether to write event files for TensorBoard.
  package var tensorboard = Switch.on

  /// The file of parameters that the run began with; nil where they were drawn from the seed.
  package var initialParameters: String?

  /// The defaults, with data from `data`.
  package init(data: String) { self.data = data }

  /// Why these two do not go together, nil if they do or are not given.
  package static func problem(_ exchange: ExchangeMode?, _ wire: Precision?) -> String? {
    guard wire == .bf16, exchange == .allGather else { return nil }
    return "--wire bf16 rounds the gradients of --exchange all-reduce; with all-gather none "
      + "travel: give --wire fp32, or --exchange all-reduce"
  }

  enum CodingKeys: String, CodingKey {
    case epochs
    case data
    case teams
    case exchange
    case wire
    case logEvery = "log-every"
    case verifyEvery = "verify-every"
    case checkpointEvery = "checkpoint-every"
    case keep
    case tensorboard
    case initialParameters = "init"
  }

  /// Reads the keys of the recipe beside those of the run, as they stand in `config.yaml`.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    recipe = try Recipe(from: decoder)
    epochs = try values.decode(Int.self, forKey: .epochs)
    data = try values.decode(String.self, forKey: .data)
    teams = try values.decode(TeamMode.self, forKey: .teams)
    // Keys that came later may be missing from a file that an earlier version wrote.
    exchange = try values.decodeIfPresent(ExchangeMode.self, forKey: .exchange) ?? exchange
    wire = try values.decodeIfPresent(Precision.self, forKey: .wire) ?? wire
    logEvery = try values.decode(Int.self, forKey: .logEvery)
    verifyEvery = try values.decodeIfPresent(Int.self, forKey: .verifyEvery)
    // What earlier versions did not know of has its default.
    checkpointEvery =
      try values.decodeIfPresent(CheckpointInterval.self, forKey: .checkpointEvery) ?? .epoch
    keep = try values.decodeIfPresent(Retention.self, forKey: .keep) ?? .all
    tensorboard =
      try values.decodeIfPresent(Switch.self, forKey: .tensorboard) ?? .on
    initialParameters = try values.decodeIfPresent(String.self, forKey: .initialParameters)
  }

  /// Writes one flat list of keys.
  package func encode(to encoder: any Encoder) throws {
    try recipe.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(epochs, forKey: .epochs)
    try values.encode(data, forKey: .data)
    try values.encode(teams, forKey: .teams)
    try values.encode(exchange, forKey: .exchange)
    try values.encode(wire, forKey: .wire)
    try values.encode(logEvery, forKey: .logEvery)
    try values.encodeIfPresent(verifyEvery, forKey: .verifyEvery)
    try values.encode(checkpointEvery, forKey: .checkpointEvery)
    try values.encode(keep, forKey: .keep)
    try values.encode(tensorboard, forKey: .tensorboard)
    try values.encodeIfPresent(initialParameters, forKey: .initialParameters)
  }
}

/// The flags that were given; those that were not are nil and leave what is there.
package struct RunRequest: Equatable, Codable, Sendable {
  /// See ``Recipe/hidden``.
  package var hidden: Int?
  /// See ``Recipe/latent``.
  package var latent: Int?
  /// See ``Recipe/batchSize``.
  package var batchSize: Int?
  /// See ``Recipe/learningRate``.
  package var learningRate: Double?
  /// See ``Recipe/seed``.
  package var seed: UInt64?
  /// See ``Recipe/precision``.
  package var precision: Precision?
  /// See ``RunConfiguration/epochs``.
  package var epochs: Int?
  /// See ``RunConfiguration/data``.
  package var data: String?
  /// See ``RunConfiguration/teams``.
  package var teams: TeamMode?
  /// See ``RunConfiguration/exchange``.
  package var exchange: ExchangeMode?
  /// See ``RunConfiguration/wire``.
  package var wire: Precision?
  /// Threads of each rank: like the number of ranks a matter of each launch, not of the run.
  package var threadsPerRank = 1
  /// See ``RunConfiguration/logEvery``.
  package var logEvery: Int?
  /// See ``RunConfiguration/verifyEvery``.
  package var verifyEvery: Int?
  /// End, with a checkpoint, once the run has made this many steps in all.
  package var maxSteps: Int?
  /// See ``RunConfiguration/checkpointEvery``.
  package var checkpointEvery: CheckpointInterval?
  /// See ``RunConfiguration/keep``.
  package var keep: Retention?
  /// See ``RunConfiguration/tensorboard``.
  package var tensorboard: Switch?
  /// See ``RunConfiguration/initialParameters``.
  package var initialParameters: String?
  /// End, with a checkpoint, so many seconds after the program began, by rank zero's clock.
  package var stopAfter: Double?
  /// Whether ``RunReport`` is written at the end.
  package var report = true
  /// Which checkpoint to go on from.
  package var resume = Resume.auto
  /// Whether a run may go on with images that it was not trained on.
  package var acceptsOtherData = false
  /// The program that trains, for the run's record.
  package var program = ProgramVersion()
  /// Whether only ``TrainingForecast`` is asked for.
  package var isDryRun = false

  /// No flag at all.
  package init() {}

  /// The same with paths that lead to the same place from any folder, and at any time: `latest` is
  /// the checkpoint that it is now.
  package var withWholePaths: RunRequest {
    var request = self
    request.data = data.map(FileSystem.absolute)
    request.initialParameters = initialParameters.map(FileSystem.resolved)
      .map(FileSystem.absolute)
    return request
  }

  /// Puts the flags that were given in the place of `configuration`'s values.
  package func apply(to configuration: inout RunConfiguration) {
    configuration.recipe.hidden = hidden ?? configuration.recipe.hidden
    configuration.recipe.latent = latent ?? configuration.recipe.latent
    configuration.recipe.batchSize = batchSize ?? configuration.recipe.batchSize
    configuration.recipe.learningRate = learningRate ?? configuration.recipe.learningRate
    configuration.recipe.seed = seed ?? configuration.recipe.seed
    configuration.recipe.precision = precision ?? configuration.recipe.precision
    configuration.epochs = epochs ?? configuration.epochs
    configuration.data = data ?? configuration.data
    configuration.teams = teams ?? configuration.teams
    configuration.exchange = exchange ?? configuration.exchange
    configuration.wire = wire ?? configuration.wire
    configuration.logEvery = logEvery ?? configuration.logEvery
    configuration.verifyEvery = verifyEvery ?? configuration.verifyEvery
    configuration.checkpointEvery = checkpointEvery ?? configuration.checkpointEvery
    configuration.keep = keep ?? configuration.keep
    configuration.tensorboard = tensorboard ?? configuration.tensorboard
    configuration.initialParameters = initialParameters ?? configuration.initialParameters
  }
}

/// Which checkpoint a run goes on from.
package enum Resume: Equatable, Codable, Sendable {
  /// The run directory's newest whole one, or from the beginning where it has none.
  case auto
  /// None: from the beginning.
  case none
  /// The one at this path.
  case checkpoint(String)
}
