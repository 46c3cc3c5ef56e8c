internal import Checkpoints
internal import Engine
internal import Formats
internal import Images
internal import Kernels
internal import Platform
internal import Ranks
internal import VAE

/// The words and pictures of a run's report.
struct ReportContents {
  /// What the run directory tells.
  let record: RunRecord
  /// What is drawn with the newest checkpoint's model; nil where there is no checkpoint, or the model
  /// cannot be used.
  let pictures: ModelPictures?
  /// The SHA-256 of the newest checkpoint's `model.safetensors`; nil where there is no checkpoint.
  let modelDigest: String?
  /// Why some or all of ``pictures`` are missing, if there is no checkpoint or the test images cannot be
  /// used; else nil.
  let missing: String?

  /// The page.
  var page: ReportPage {
    ReportPage(
      "Lockstep run: \(record.name)", summary: summary,
      provenance: [model, lastJob].compactMap(\.self), facts: facts,
      sections: [loss, epochs, latentSpace, speed, configuration, use])
  }

  private var summary: String {
    let kind = sizes.kindNameWithArticle
    let model =
      kind.prefix(1).uppercased() + kind.dropFirst()
      + (pictures.map { " \($0.model.summary)" } ?? "")
    if let last = record.epochs.last {
      return "\(model) after \(last.epoch) \(last.epoch == 1 ? "epoch" : "epochs"), "
        + "\(last.step.grouped) steps."
    }
    guard let step = record.steps.last?.step else { return "\(model), of which no row is logged." }
    return "\(model) after \(step.grouped) steps; no epoch has ended yet."
  }

  /// The model; without a checkpoint what the recipe tells of it, for images of MNIST's size.
  var sizes: ModelConfiguration {
    pictures?.model ?? (record.recipe ?? Recipe()).model(pixels: 784)
  }

  private var model: String? {
    modelDigest.map { "newest checkpoint: model.safetensors SHA-256 \($0)" }
  }

  /// The date, program and images of the run's last job; nil where the run directory does not tell them.
  private var lastJob: String? {
    guard let found = record.environment, let date = found.date else { return nil }
    let program = [found.version.map { "Lockstep \($0)" }, found.commit.map { "commit \($0)" }]
    let images = found.data.map { "training images SHA-256 \($0.train)" }
    return (["last job \(date)"] + program + [images]).compactMap(\.self).joined(separator: " · ")
  }

  private var facts: [ReportPage.Fact] {
    var facts: [ReportPage.Fact] = []
    if let last = record.epochs.last {
      facts += lossFacts(last)
      let seconds = record.epochs.reduce(0) { $0 + $1.seconds }
      facts.append(
        ReportPage.Fact(
          "Throughput", NumberText.fixed(record.epochs.map(\.imagesPerSecond).median ?? 0),
          unit: "images/s"))
      facts.append(ReportPage.Fact("Training time", NumberText.fixed(seconds, 1), unit: "s"))
      facts.append(ReportPage.Fact("Ranks", "\(last.ranks)"))
    } else if let last = record.steps.last {
      facts.append(
        ReportPage.Fact(
          "Loss of a batch", NumberText.fixed(last.loss, 2), unit: nats(pixels)))
    }
    facts += likelihoodFacts
    if let pictures {
      facts.append(ReportPage.Fact("Parameters", pictures.parameterCount.grouped))
    }
    return facts
  }

  /// The unit of a loss, which tells how the images were shown, unless they were grey.
  private func nats(_ shown: PixelProtocol) -> String {
    shown.isBinary ? "nats, \(shown.words)" : "nats"
  }

  /// How images were shown in training; grey where the configuration does not tell.
  private var pixels: PixelProtocol { record.recipe?.pixels ?? .grey }

  /// The last epoch's validation and test losses and, where another epoch has a smaller one of those that
  /// decide, the smallest of all. Without both, the last epoch's train loss.
  private func lossFacts(_ last: EpochRow) -> [ReportPage.Fact] {
    let validated = facts(
      ("Validation loss", "Best validation loss"), \.validationLoss, last: last, withBest: true)
    let tested = facts(
      ("Test loss", "Best test loss"), \.testLoss, last: last, withBest: validated.isEmpty)
    guard validated.isEmpty && tested.isEmpty else { return validated + tested }
    return [
      ReportPage.Fact("Train loss", NumberText.fixed(last.trainLoss, 2), unit: nats(pixels))
    ]
  }

  private func facts(
    _ names: (last: String, best: String), _ loss: (EpochRow) -> Double?, last: EpochRow,
    withBest: Bool
  ) -> [ReportPage.Fact] {
    guard let value = loss(last) else { return [] }
    let nats = nats(pixels.inEvaluation)
    let fact = ReportPage.Fact(names.last, NumberText.fixed(value, 2), unit: nats)
    let known = record.epochs.compactMap { row in loss(row).map { (row.epoch, $0) } }
    guard withBest, let best = known.min(by: { $0.1 < $1.1 }), best.0 != last.epoch else {
      return [fact]
    }
    return [
      fact,
      ReportPage.Fact(names.best, NumberText.fixed(best.1, 2), unit: "\(nats), epoch \(best.0)"),
    ]
  }
}

extension ReportContents {
  /// The section of samples and reconstructions after each epoch; if there are many epochs, after some
  /// of them.
  private var epochs: ReportPage.Section {
    let positions = Self.spread(drawnEpochs, most: 12).compactMap(position)
    let slider = PictureSlider("After epoch", name: "epoch", positions: positions)
    return ReportPage.Section(
      "Samples and reconstructions", id: "pictures",
      content: positions.isEmpty
        ? [.missing("The run directory has no pictures yet: they are drawn at each epoch's end.")]
        : [slider.markup])
  }

  private var drawnEpochs: [Int] {
    record.epochs.map(\.epoch).filter { record.hasPicture(of: $0) }
  }

  private func position(_ epoch: Int) -> PictureSlider.Position? {
    let samples = record.picture("samples", epoch: epoch).flatMap {
      Markup.picture($0, alternative: "Images decoded from the prior after epoch \(epoch)")
    }
    let pairs = record.picture("reconstructions", epoch: epoch).flatMap {
      Markup.picture($0, alternative: "Test images and reconstructions after epoch \(epoch)")
    }
    let figures = [
      samples.map {
        Markup.figure($0, samplesCaption)
      },
      pairs.map {
        Markup.figure($0, "Reconstructions: test images, each above what the model makes of it.")
      },
    ].compactMap { $0 }
    return figures.isEmpty ? nil : PictureSlider.Position("\(epoch)", .row(figures))
  }

  private var samplesCaption: String {
    "Samples: decoded from the same draws of the prior after every epoch"
      + (sizes.kind == .conditional ? ", a label in each column." : ".")
  }

  /// At most `most` of `values`, two at least: evenly spread, the first and the last among them.
  static func spread(_ values: [Int], most: Int) -> [Int] {
    guard values.count > most else { return values }
    return (0..<most).map { values[($0 * (values.count - 1) + (most - 1) / 2) / (most - 1)] }
  }

  /// The section with the map of the codes, and the walk.
  private var latentSpace: ReportPage.Section {
    guard let pictures else {
      return ReportPage.Section(
        "Latent space", id: "latent",
        content: [.missing("The latent space cannot be drawn. \(missing ?? "")")])
    }
    var figures: [Markup] = []
    if let map = pictures.map {
      figures.append(
        .figure(Markup([map.chart.markup, map.chart.legend].compactMap(\.self)), map.caption))
    }
    if let walk = Markup.picture(pictures.walk, alternative: "A walk through the latent space") {
      figures.append(.figure(walk, pictures.walkCaption))
    }
    var content = [Markup.row(figures)]
    if let missing {
      content.append(.missing("There is no map of the codes. \(missing)"))
    } else if pictures.map == nil {
      let isLabelled = !(2...LatentMap.mostDimensions).contains(pictures.model.latent)
      content.append(
        .missing(
          isLabelled
            ? "A map of the codes is drawn for models with 2 to \(LatentMap.mostDimensions) latents; "
              + "this one has \(pictures.model.latent)."
            : "A map of the codes needs labels of test images, and the data have none."))
    }
    return ReportPage.Section("Latent space", id: "latent", content: content)
  }
}
