internal import Checkpoints
internal import Engine
internal import Formats
internal import Images
internal import Inference
internal import Kernels
internal import Platform
internal import Reports
internal import VAE

/// The values that TensorBoard shows of a run. A value that `metrics.jsonl` has, too, is named by the kind of
/// the row and the key there: `step/loss`.
extension Summary {
  /// The hyperparameters and the configuration, with which a job begins.
  init(beginning configuration: RunConfiguration, at time: Double) throws {
    self.init()
    // A number is a double in TensorBoard, which cannot hold every seed.
    let figures = configuration.recipe.figures.map { figure in
      (figure.name.text, figure.number.map(Hyperparameter.number) ?? .text(figure.text))
    }
    addHyperparameters(Dictionary(uniqueKeysWithValues: figures), at: time)
    let text = try configuration.text
    add(
      "config", markdown: text.split(separator: "\n").map { "    \($0)\n" }.joined(),
      description: "The run's configuration, as in `config.yaml`.")
  }

  /// The values of a row about a step of a run with `recipe`; `pace` is the pace since the last such row.
  init(_ row: StepRow, _ pace: Stopwatch, _ recipe: Recipe) {
    self.init()
    let pixels = recipe.pixels
    add(
      "step/loss\(pixels.tagEnd)", row.loss,
      description: "The batch's mean loss in nats, \(pixels.words).")
    addParts("step/", row.reconstruction, row.kl, recipe, pixels)
    if let norm = row.gradientNorm {
      add("step/gradient_norm", norm, description: "The Euclidean norm of the loss's gradient.")
    }
    if let weight = row.klWeight {
      add("step/kl_weight", weight, description: "What the divergence counted in the loss.")
    }
    addRate("step", row.learningRate)
    addPace("step", pace)
  }

  /// The values of a row about an epoch of a run with `recipe`; `pace` is the epoch's.
  init(_ row: EpochRow, _ pace: Stopwatch, _ recipe: Recipe, latents: LatentHistograms?) {
    self.init()
    let pixels = recipe.pixels
    add(
      "epoch/train_loss\(pixels.tagEnd)", row.trainLoss,
      description: "The training images' mean loss in nats, \(pixels.words).")
    let shown = pixels.inEvaluation
    let (end, unit) = (shown.tagEnd, "nats, \(shown.words)")
    if let testLoss = row.testLoss, let reconstruction = row.reconstruction, let kl = row.kl {
      add(
        "epoch/test_loss\(end)", testLoss, description: "The test images' mean loss in \(unit).")
      addParts("epoch/", reconstruction, kl, recipe, shown)
    }
    addPace("epoch", pace)
    if let loss = row.validationLoss, let reconstruction = row.validationReconstruction,
      let kl = row.validationKL
    {
      add(
        "epoch/validation_loss\(end)", loss,
        description: "The validation images' mean loss in \(unit).")
      addParts("epoch/validation_", reconstruction, kl, recipe, shown)
    }
    addRate("epoch", row.learningRate)
    guard let latents else { return }
    add("latents/mean", latents.means, description: "Means of q(z|x) of the test images.")
    add("latents/sample", latents.samples, description: "One sample of z of each test image.")
  }

  /// Adds an epoch's sheets.
  mutating func add(_ sheets: Sheets) {
    add("samples", png: sheets.samples, description: "Images decoded from noise, always the same.")
    guard let reconstructions = sheets.reconstructions else { return }
    add(
      "reconstructions", png: reconstructions,
      description: "Test images over what the model makes of them.")
  }

  /// Adds the two parts of a loss of images that are shown by `pixels`; a plain autoencoder's has one, which
  /// it is.
  private mutating func addParts(
    _ start: String, _ reconstruction: Double, _ divergence: Double, _ recipe: Recipe,
    _ pixels: PixelProtocol
  ) {
    guard recipe.model.draws else { return }
    let end = pixels.tagEnd
    add(
      "\(start)reconstruction\(end)", reconstruction, description: "Its cross-entropy of pixels.")
    add("\(start)kl\(end)", divergence, description: "Its Kullback–Leibler divergence.")
  }

  private mutating func addRate(_ kind: String, _ rate: Double?) {
    guard let rate else { return }
    add("\(kind)/learning_rate", rate, description: "The optimizer's step length.")
  }

  private mutating func addPace(_ kind: String, _ pace: Stopwatch) {
    add(
      "\(kind)/images_per_second", pace.imagesPerSecond,
      description: "Images trained on each second, over all ranks.")
    add(
      "\(kind)/waiting", pace.waiting,
      description:
        "The share of its time in steps that rank zero waited for ranks or its threads, 0 to 1.")
  }
}

extension PixelProtocol {
  /// The end of the names of losses of images that are shown so: TensorBoard draws all runs' values of one
  /// name in one chart, and losses of pixels that are shown in different ways do not compare. Empty for grey
  /// ones.
  fileprivate var tagEnd: String { isBinary ? "_\(rawValue)" : "" }
}

/// An epoch's two pictures, as PNG.
struct Sheets {
  /// Images decoded from the prior.
  var samples: [UInt8]
  /// Test images and their reconstructions; nil without test images.
  var reconstructions: [UInt8]?
}
