package import Engine
package import Kernels
package import Platform

/// What a run is asked to do, all settings resolved.
package struct RunConfiguration: Equatable, Sendable {
  /// What determines the model.
  package var recipe = Recipe()

  /// The epoch to train up to, counted from the beginning of the run.
  package var epochs = 10

  /// Where the images are: a folder, a folder and the name of one of several sets in it, or a file.
  package var data: String

  /// Whether rows and columns of each image change places when they are read, as EMNIST wants it; nil for
  /// no.
  package var transpose: Bool?

  /// How ranks form teams.
  package var teams = TeamMode.node

  /// What teams exchange.
  package var exchange = ExchangeMode.auto

  /// The number format in which gradients travel between teams. With bf16 a resumed run does not have the
  /// last bits of one that never stopped: what rounding lost is in no checkpoint.
  package var wire = Precision.fp32

  /// Steps between two step rows of the metrics.
  package var logEvery = 10

  /// Steps between two comparisons of the teams' replicas. Replicas are also compared before each checkpoint:
  /// nil is for these comparisons alone, 0 for none at all.
  package var verifyEvery: Int?

  /// When to write checkpoints beside those at epochs' ends.
  package var checkpointEvery = CheckpointInterval.epoch

  /// Which checkpoints stay.
  package var keep = Retention.all

  /// After how many failed saves in a row a run goes on, and tries again with the next.
  package var maxSaveFailures = 3

  /// What happens where a loss is not finite.
  package var onNonfinite = NonfinitePolicy.stop

  /// The run ends once the loss that decides has not become less for so many epochs; never, where it is 0.
  package var patience = 0

  /// Whether to write event files for TensorBoard.
  package var tensorboard = Switch.on

  /// The file of parameters that the run began with; nil where they were drawn from the seed.
  package var initialParameters: String?

  /// The defaults, with data from `data`.
  package init(data: String) { self.data = data }
}

extension RunConfiguration {
  /// An upper bound of ``epochs``: the images of so many epochs can be counted.
  private static let mostEpochs = 1 << 30

  /// The other settings of `config.yaml`, which follow the recipe's there.
  package static let table = SettingTable<RunConfiguration>([
    Setting(.epochs, \.epochs, absent: .error, check: .number(from: 1, to: mostEpochs)),
    Setting(.data, \.data, absent: .error),
    Setting(.transpose, \.transpose, absent: .means(nil)),
    Setting(.teams, \.teams, absent: .error),
    Setting(.exchange, \.exchange, absent: .means(.auto)),
    Setting(.wire, \.wire, absent: .means(.fp32)),
    Setting("log-every", \.logEvery, absent: .error, check: .number(from: 1)),
    Setting("verify-every", \.verifyEvery, absent: .means(nil), check: .number(from: 0)),
    Setting("checkpoint-every", \.checkpointEvery, absent: .means(.epoch)),
    Setting("keep", \.keep, absent: .means(.all)),
    Setting(
      "max-save-failures", \.maxSaveFailures, absent: .means(3), check: .number(from: 0)),
    Setting(.onNonfinite, \.onNonfinite, absent: .means(.stop)),
    Setting(.patience, \.patience, absent: .means(0), check: .number(from: 0)),
    Setting("tensorboard", \.tensorboard, absent: .means(.on)),
    Setting(.initialParameters, \.initialParameters, absent: .means(nil)),
  ])

  /// What is impossible about the values, in one sentence; nil where nothing is.
  package var problem: Sentence? { valueProblem ?? recipe.problem ?? lengthProblem }

  /// Why the run cannot have so many epochs, in one sentence; nil where it can.
  private var lengthProblem: Sentence? {
    guard recipe.schedule == .cosine, let end = recipe.scheduleEpochs, epochs > end else {
      return nil
    }
    return
      "\(setting: .epochs, epochs) goes beyond the cosine schedule, whose learning rate is zero from "
      + "the end of epoch \(end) on: give at most \(end), or begin another \(setting: .run) with "
      + "\(setting: .scheduleEpochs, epochs)"
  }

  /// What is impossible about the values whatever run they are for: see ``Recipe/valueProblem``.
  package var valueProblem: Sentence? {
    if let problem = recipe.valueProblem { return problem }
    if let (name, text) = Self.table.problem(in: self) { return "\(setting: name) \(text)" }
    return shape.problem
  }

  /// How the run shares its work; with one thread a rank, since a configuration does not tell the threads.
  package var shape: JobShape {
    var shape = JobShape()
    (shape.teams, shape.exchange, shape.wire) = (teams, exchange, wire)
    return shape
  }
}

extension RunConfiguration {
  /// The default of the setting `name`; nil where there is no such setting. The default of `data` is an empty
  /// text, since only a run knows where its images are.
  package static func defaultValue(of name: SettingName) -> (any SettingValue)? {
    Recipe.table.settings.first { $0.name == name }?.value(in: Recipe())
      ?? table.settings.first { $0.name == name }?.value(in: RunConfiguration(data: ""))
  }
}

extension RunConfiguration: Codable {
  /// Reads the keys of the recipe beside those of the run, as they stand in `config.yaml`.
  package init(from decoder: any Decoder) throws {
    self.init(data: "")
    recipe = try Recipe(from: decoder)
    try Self.table.decode(&self, from: decoder)
  }

  /// Writes one flat list of keys.
  package func encode(to encoder: any Encoder) throws {
    try Recipe.table.encode(recipe, to: encoder)
    try Self.table.encode(self, to: encoder)
  }
}
