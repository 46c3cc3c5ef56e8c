internal import Engine
internal import Formats
internal import Images
internal import Platform
internal import VAE

extension ReportContents {
  /// The section about the loss and its two parts, by epoch; or by step where there are fewer than two
  /// epochs.
  var loss: ReportPage.Section {
    let words = LossWords(kind: sizes.kind, recipe: record.recipe ?? Recipe())
    let intro = "\(words.text) \(words.pixels)"
    let charts = lossCharts
    var content: [Markup] = [.paragraph(intro)]
    content.append(
      charts.isEmpty ? .missing("No row is logged yet.") : .row(charts.map(\.markup)))
    if !record.epochs.isEmpty { content.append(table) }
    if let troubles { content.append(.paragraph(troubles)) }
    if let paragraph = likelihoodParagraph { content.append(.paragraph(paragraph)) }
    return ReportPage.Section("Loss", id: "loss", content: content)
  }

  /// How often numbers were wrong, and when last; nil where none were.
  private var troubles: String? {
    let skips = record.troubles.filter { $0.kind == .skip }
    let rollbacks = record.troubles.filter { $0.kind == .rollback }
    var sentences: [String] = []
    if let last = skips.last {
      let batches = Wording.count(skips.count, "batch", plural: "batches")
      sentences.append("\(batches) passed over, the last at \(last.reason).")
    }
    if let last = rollbacks.last {
      let times = Wording.count(rollbacks.count, "time")
      sentences.append(
        "The run went back to a checkpoint \(times), the last time to step \(last.step) (\(last.reason))."
      )
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  private var lossCharts: [LineChart] {
    let isByEpoch = record.epochs.count > 1
    guard isByEpoch || !record.steps.isEmpty || !record.epochs.isEmpty else { return [] }
    let x = isByEpoch ? "epoch" : "step"
    func chart(
      _ name: String, train: (EpochRow) -> Double?, batch: (StepRow) -> Double,
      validation: (EpochRow) -> Double?, test: (EpochRow) -> Double?
    ) -> LineChart {
      let trained =
        isByEpoch
        ? LineChart.Curve(
          "train", kind: "train",
          points: record.epochs.compactMap { row in train(row).map { (Double(row.epoch), $0) } })
        : LineChart.Curve(
          "batches", kind: "train", points: record.steps.map { (Double($0.step), batch($0)) })
      func curve(_ name: String, _ loss: (EpochRow) -> Double?) -> LineChart.Curve {
        LineChart.Curve(
          name, kind: name,
          points: record.epochs.compactMap { row in
            loss(row).map { (Double(isByEpoch ? row.epoch : row.step), $0) }
          })
      }
      return LineChart(
        "\(name) by \(x)", x: x, y: "\(name), nats",
        curves: [trained, curve("validation", validation), curve("test", test)])
    }
    let whole = chart(
      "Loss", train: \.trainLoss, batch: \.loss, validation: \.validationLoss, test: \.testLoss)
    guard sizes.kind.draws else { return [whole] }
    return [
      whole,
      chart(
        "Reconstruction", train: \.trainReconstruction, batch: \.reconstruction,
        validation: \.validationReconstruction, test: \.reconstruction),
      chart("KL divergence", train: \.trainKL, batch: \.kl, validation: \.validationKL, test: \.kl),
    ]
  }

  private var table: Markup {
    var columns: [(head: String, value: (EpochRow) -> String)] = [
      ("epoch", { "\($0.epoch)" }), ("train, nats", { Self.nats($0.trainLoss) }),
    ]
    if record.epochs.contains(where: { $0.validationLoss != nil }) {
      columns.append(("validation, nats", { Self.nats($0.validationLoss) }))
    }
    columns.append(("test, nats", { Self.nats($0.testLoss) }))
    if sizes.kind.draws {
      columns += [
        ("reconstruction", { Self.nats($0.reconstruction) }), ("KL", { Self.nats($0.kl) }),
      ]
    }
    columns += [
      ("images/s", { NumberText.fixed($0.imagesPerSecond) }),
      ("seconds", { NumberText.fixed($0.seconds, 2) }), ("ranks", { "\($0.ranks)" }),
    ]
    return .numbers(
      "The numbers", head: columns.map(\.head),
      rows: record.epochs.map { row in columns.map { $0.value(row) } })
  }

  /// A loss with two decimals; a dash for nil.
  private static func nats(_ loss: Double?) -> String {
    loss.map { NumberText.fixed($0, 2) } ?? "–"
  }

  /// The section about the throughput, and how long ranks waited.
  var speed: ReportPage.Section {
    var figures: [Markup] = []
    if record.epochs.count > 1 {
      var chart = LineChart(
        "Throughput by epoch", x: "epoch", y: "images/s",
        curves: [
          LineChart.Curve(
            "all ranks", kind: "rate",
            points: record.epochs.map { (Double($0.epoch), $0.imagesPerSecond) })
        ])
      chart.isFromZero = true
      chart.places = 0
      figures.append(
        .figure(chart.markup, "Images trained on each second, without evaluation and checkpoints."))
    }
    if let waiting {
      figures.append(
        .figure(
          ColumnChart(
            "Waiting by rank", x: "rank", y: "waiting, % of training time",
            heights: waiting.shares
          ).markup,
          "What each rank waited for others, over the last \(waiting.epochs) "
            + "\(waiting.epochs == 1 ? "epoch" : "epochs")."))
    }
    var content = figures.isEmpty ? [] : [Markup.row(figures)]
    if let row = record.epochs.last, record.epochs.count == 1 {
      content.append(
        .paragraph(
          "\(NumberText.fixed(row.imagesPerSecond)) images/s in the one epoch that has ended."))
    } else if record.epochs.isEmpty {
      content.append(.missing("No epoch has ended yet, and speed is logged at its end."))
    }
    return ReportPage.Section("Speed", id: "speed", content: content)
  }

  /// How long each rank waited, in percent of ``EpochRow/seconds``, over the last epochs with the same
  /// number of ranks; nil where waiting was not logged, or there was one rank.
  private var waiting: (shares: [Double], epochs: Int)? {
    guard let last = record.epochs.last, last.ranks > 1 else { return nil }
    let rows = record.epochs.reversed().prefix {
      $0.ranks == last.ranks && $0.waitingSeconds?.count == last.ranks
    }
    let seconds = rows.reduce(0) { $0 + $1.seconds }
    guard seconds > 0 else { return nil }
    let shares = (0..<last.ranks).map { rank in
      100 * rows.reduce(0) { $0 + $1.waitingSeconds![rank] } / seconds
    }
    return (shares, rows.count)
  }
}
