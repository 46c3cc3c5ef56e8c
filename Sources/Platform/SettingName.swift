/// The name of a value that a run or a command is given, as files have it: `learning-rate`.
///
/// A ``Sentence`` of a library refers to settings by these names; a program words them as its users
/// know them.
package struct SettingName: Hashable, Sendable {
  /// Words with hyphens between them.
  package let text: String

  /// The setting called `text`.
  package init(_ text: String) { self.text = text }
}

extension SettingName {
  // The settings that sentences of libraries refer to. Other settings are declared where they are
  // used.

  /// The function between two layers.
  package static let activation: SettingName = "activation"
  /// Images of a step, over all ranks.
  package static let batchSize: SettingName = "batch-size"
  /// What the divergence is multiplied by.
  package static let beta: SettingName = "beta"
  /// How many labels a conditional model knows.
  package static let classes: SettingName = "classes"
  /// A file of settings.
  package static let configurationFile: SettingName = "config"
  /// The number of images in a picture.
  package static let count: SettingName = "count"
  /// Where the images are: a folder or a file.
  package static let data: SettingName = "data"
  /// The labels whose images a walk through the latent space leads from and to.
  package static let digits: SettingName = "digits"
  /// What teams exchange: gradients, or layer inputs and deltas.
  package static let exchange: SettingName = "exchange"
  /// The format that a model is exported in.
  package static let format: SettingName = "format"
  /// The nats that the divergence of a latent dimension may have for nothing.
  package static let freeBits: SettingName = "free-bits"
  /// Units of each hidden layer.
  package static let hidden: SettingName = "hidden"
  /// Latents that are drawn of each image.
  package static let importanceSamples: SettingName = "importance-samples"
  /// The file of parameters that a run begins with.
  package static let initialParameters: SettingName = "init"
  /// Epochs over which the divergence's weight grows.
  package static let klWarmup: SettingName = "kl-warmup"
  /// The epoch to train up to.
  package static let epochs: SettingName = "epochs"
  /// The file that labels are written to.
  package static let labels: SettingName = "labels"
  /// Dimensions of the latent space.
  package static let latent: SettingName = "latent"
  /// The optimizer's step length.
  package static let learningRate: SettingName = "learning-rate"
  /// The kind of the model.
  package static let model: SettingName = "model"
  /// The bound that training raises.
  package static let objective: SettingName = "objective"
  /// Where the biases of the last layer begin.
  package static let outputBias: SettingName = "output-bias"
  /// How many times the mean loss an image's may be.
  package static let lossLimit: SettingName = "loss-limit"
  /// The epochs after which the learning rate is multiplied.
  package static let milestones: SettingName = "milestones"
  /// What a run does about numbers that are not finite.
  package static let onNonfinite: SettingName = "on-nonfinite"
  /// By which rule parameters change.
  package static let optimizer: SettingName = "optimizer"
  /// Whether a run may be resumed with other images than it was trained on.
  package static let otherData: SettingName = "other-data"
  /// How images are shown to the model: grey, or black and white.
  package static let pixels: SettingName = "pixels"
  /// The epochs without a lesser validation loss after which the learning rate is multiplied.
  package static let plateauEpochs: SettingName = "plateau-epochs"
  /// The number format of matrix products.
  package static let precision: SettingName = "precision"
  /// The epochs without a lesser loss after which a run ends.
  package static let patience: SettingName = "patience"
  /// How long ranks wait for one another's first message.
  package static let connectTimeout: SettingName = "connect-timeout"
  /// The checkpoint from which a run is resumed.
  package static let resume: SettingName = "resume"
  /// The run directory.
  package static let run: SettingName = "run"
  /// How often a picture's pixels are repeated.
  package static let scale: SettingName = "scale"
  /// How the learning rate goes from step to step.
  package static let schedule: SettingName = "schedule"
  /// The length of a schedule.
  package static let scheduleEpochs: SettingName = "schedule-epochs"
  /// The seconds without progress after which a job ends.
  package static let stallAbort: SettingName = "stall-abort"
  /// How ranks form teams.
  package static let teams: SettingName = "teams"
  /// Threads of each rank.
  package static let threadsPerRank: SettingName = "threads-per-rank"
  /// Whether rows and columns of each image change places.
  package static let transpose: SettingName = "transpose"
  /// The images that are held out of training.
  package static let validation: SettingName = "validation"
  /// Whether pictures are of a walk through the latent space.
  package static let walk: SettingName = "walk"
  /// The number format in which gradients travel between teams.
  package static let wire: SettingName = "wire"
}

extension SettingName: ExpressibleByStringLiteral {
  /// The setting of that name.
  package init(stringLiteral text: String) { self.init(text) }
}

extension SettingName: CustomStringConvertible {
  /// The name.
  package var description: String { text }
}

extension SettingName: Comparable {
  /// Whether the first name comes before the second in a sorted list.
  package static func < (first: SettingName, second: SettingName) -> Bool {
    first.text < second.text
  }
}

extension SettingName: Codable {
  /// Reads a text.
  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  /// Writes a text.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension SettingName: CodingKey {
  /// The key in a file.
  package var stringValue: String { text }

  /// None: settings have no numbers.
  package var intValue: Int? { nil }

  /// The setting with this key.
  package init(stringValue: String) { self.init(stringValue) }

  /// None.
  package init?(intValue: Int) { nil }
}
