internal import Formats
internal import Platform
internal import VAE

/// The words and pictures of a comparison.
struct ComparisonContents {
  /// The numbers.
  let figures: ComparisonFigures
  /// What was measured of the two runs.
  let runs: [MeasuredRun]

  /// The page.
  var page: ReportPage {
    let names = figures.runs.map(\.name)
    return ReportPage(
      "\(names[0]) beside \(names[1])",
      summary: "Two models, the same \(figures.testImages.grouped) test images"
        + (drawsAreSame ? ", the same draws." : "."),
      facts: [], sections: [short, draws, latentSpace, walks, numbers])
  }

  /// The two runs' parts of a section, side by side.
  private func sideBySide(_ part: (MeasuredRun) -> [Markup]) -> Markup {
    .row(
      runs.map { run in
        .element("div", content: heading(run), Markup(part(run)))
      })
  }

  private func heading(_ run: MeasuredRun) -> Markup {
    .element("h3", content: Markup(run.figures.name))
  }

  private var short: ReportPage.Section {
    ReportPage.Section(
      "In short", id: "short",
      content: [
        .claims(ComparisonLesson(figures).claims),
        sideBySide { run in
          let name = run.figures.name
          let strip = Markup.picture(
            run.strip, alternative: "The first draws of the prior, decoded by \(name)")
          let figure = strip.map {
            Markup.figure($0, "The first of \(RunMeasurement.shown) draws of the prior, decoded.")
          }
          return [description(run.figures)] + [figure].compactMap(\.self)
            + [.facts(facts(run.figures))]
        },
      ])
  }

  private func description(_ run: ComparedRun) -> Markup {
    let kind =
      switch run.kind {
      case .vae: "VAE"
      case .autoencoder: "Autoencoder"
      case .conditional: "Conditional VAE"
      }
    return .paragraph(
      "\(kind) \(run.sizes)" + (run.recipe.isEmpty ? "" : ": \(run.recipe)") + "."
        + (run.kind == .conditional
          ? " Encoder and decoder are told the label of each test image." : ""))
  }

  private func facts(_ run: ComparedRun) -> [ReportPage.Fact] {
    let compression = Double(figures.imageBytes) / Double(run.codeBytes)
    var facts = [
      ReportPage.Fact("Code", run.codeBytes.grouped, unit: "bytes"),
      ReportPage.Fact("Compression", NumberText.fixed(compression, 1), unit: "to 1"),
      ReportPage.Fact(
        "Reconstruction", ComparisonLesson.nats(run.crossEntropy), unit: "nats"),
      ReportPage.Fact(
        "Distance from prior", run.divergence.map(ComparisonLesson.nats) ?? "∞", unit: "nats"),
    ]
    if let share = run.recognisable {
      facts.append(
        ReportPage.Fact(
          "Recognisable draws, evenly", ComparisonLesson.percent(share)))
    }
    if let share = run.codeAccuracy {
      facts.append(
        ReportPage.Fact("Labels told by codes", ComparisonLesson.percent(share)))
    }
    return facts
  }

  private var draws: ReportPage.Section {
    let caption =
      drawsAreSame
      ? "\(RunMeasurement.shown) draws of the prior, decoded: the very same draws on either side."
      : "\(RunMeasurement.shown) draws of the prior, decoded: from the same seed, with as many numbers as "
        + "the model has latents."
    return ReportPage.Section(
      "What draws of the prior decode to", id: "draws",
      content: [
        sideBySide { run in
          let picture = Markup.picture(
            run.samples, alternative: "Draws of the prior, decoded by \(run.figures.name)")
          let told =
            run.figures.kind == .conditional
            ? " The decoder is told a label with each: the first, the second, and so on in turn."
            : ""
          return picture.map { [.figure($0, caption + told)] } ?? []
        }
      ])
  }

  /// Whether both models are given the same numbers for draws.
  private var drawsAreSame: Bool { figures.runs[0].latent == figures.runs[1].latent }

  private var latentSpace: ReportPage.Section {
    let maps = sideBySide { run in
      guard let map = run.map else {
        return [
          .missing(
            "A map of the codes is drawn for models with 2 to \(LatentMap.mostDimensions) latents; this one "
              + "has \(run.figures.latent).")
        ]
      }
      let drawing = [map.chart.markup, map.chart.legend].compactMap(\.self)
      return [.figure(Markup(drawing), map.caption)]
    }
    return ReportPage.Section("Latent space", id: "latent", content: [maps])
  }

  private var walks: ReportPage.Section {
    let caption =
      "Each row leads along a straight line from the code of one test image, on the left, to that of another, on "
      + "the right: what lies between them is decoded. The same images on either side."
    return ReportPage.Section(
      "From image to image", id: "walks",
      content: [
        sideBySide { run in
          let picture = Markup.picture(
            run.walks, alternative: "Walks between test images by \(run.figures.name)")
          let told =
            run.figures.kind == .conditional
            ? " The decoder is told the label of the nearer end." : ""
          return picture.map { [.figure($0, caption + told)] } ?? []
        }
      ])
  }

  /// Whether the images have labels.
  var hasLabels: Bool { figures.pixelAccuracy != nil }
}
