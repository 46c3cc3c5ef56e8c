internal import Checkpoints
internal import Engine
internal import Formats
internal import Images
internal import Platform
internal import VAE

/// The file of parameters that a new run begins with.
extension RunPlan {
  /// The file of parameters that `path` means: the model of a run's newest checkpoint or of a
  /// checkpoint, or the file itself.
  static func parametersFile(_ path: String) throws -> String {
    guard FileSystem.isDirectory(path) else { return path }
    let reference = try CheckpointReference(path)
    reference.warnOfPassedOver()
    return reference.model
  }

  /// Whether the resumed run began with the parameters that `path` means: `path` is the file that the run
  /// began with, or the run or checkpoint that the file is in.
  func began(with path: String) -> Bool {
    guard let file = configuration.initialParameters else { return false }
    return file == path || file.hasPrefix("\(FileSystem.withoutTrailingSlashes(path))/")
  }

  /// Gives the model the kind and the sizes of the file of parameters that it begins with, if there is one.
  ///
  /// - Throws: `FileError` or `Failure` where the file is no model of this program; `Failure` with `usage`
  ///   where flags ask for a model that the file's parameters are not of.
  mutating func takeSizes(_ request: RunRequest) throws {
    guard let path = configuration.initialParameters else { return }
    let file = try SafetensorsFile(opening: path)
    let model = try ModelConfiguration(shapesOf: file)
    pixels = model.pixels
    imageSize = ImageSize(toldBy: file.metadata, pixels: model.pixels)
    configuration.recipe.model = request.model ?? model.kind
    configuration.recipe.activation = request.activation ?? model.activation
    if configuration.recipe.model == .conditional, model.labels > 0 {
      configuration.recipe.classes = request.classes ?? model.labels
    }
    configuration.recipe.pixels =
      try request.pixels ?? PixelProtocol(toldBy: file.metadata, of: path)
    if configuration.recipe.outputBias == .mean {
      throw Failure(
        .usage,
        "\(setting: .outputBias, "mean") has no meaning with \(setting: .initialParameters), whose file has all biases: "
          + "leave it out")
    }
    configuration.recipe.hidden = request.hidden ?? model.hidden
    configuration.recipe.latent = request.latent ?? model.latent
    if let problem = configuration.recipe.valueProblem {
      throw Failure(.badData, "\(path): its shapes are beyond what can be trained: \(problem)")
    }
    try requireSame(model, asIn: path)
  }

  /// Makes sure that this plan asks for no other model than `model`, whose parameters are in the file at
  /// `path`: where the two differ, flags have said so.
  private func requireSame(_ model: ModelConfiguration, asIn path: String) throws {
    let asked = configuration.recipe.model(pixels: model.pixels)
    let isOfKind = asked.kind == model.kind
    let differences: [(Bool, Sentence)] = [
      (!isOfKind, "\(setting: .model, asked.kind.rawValue)"),
      (asked.hidden != model.hidden, "\(setting: .hidden, asked.hidden)"),
      (asked.latent != model.latent, "\(setting: .latent, asked.latent)"),
      (isOfKind && asked.labels != model.labels, "\(setting: .classes, asked.labels)"),
    ]
    let flags = differences.filter(\.0).map(\.1)
    guard let first = flags.first else { return }
    let all = flags.dropFirst().reduce(first) { "\($0) \($1)" as Sentence }
    let (ask, them) = flags.count == 1 ? ("asks", "it") : ("ask", "them")
    throw Failure(
      .usage,
      "\(path): these are the parameters of \(model.kindNameWithArticle) \(model.summary), and \(all) \(ask) for "
        + "\(asked.kindNameWithArticle) \(asked.summary): leave \(them) out, or choose another file"
    )
  }
}
