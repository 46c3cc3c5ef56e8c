internal import Checkpoints
internal import Engine
internal import Images
internal import Kernels
internal import MPI
internal import Platform
internal import Reports
internal import Runs
internal import VAE

/// Tells people how a run goes: a line an epoch on standard output and, on a terminal, a progress
/// bar on standard error.
final class TextLog: TrainingLog {
  private let bar: ProgressBar?
  private let usesColor: Bool
  private var hasTrained = false
  /// Whether the divergence is a part of the loss, which it is not in a plain autoencoder.
  private var hasDivergence = true

  init(_ bar: ProgressBar?) {
    self.bar = bar
    usesColor = bar != nil && Terminal.allowsColor
  }

  func trainingBegins(_ start: TrainingStart) {
    let (configuration, step) = (start.configuration, start.progress.step)
    let wire = configuration.wire
    hasDivergence = configuration.recipe.model.draws
    if let previous = start.previous {
      Terminal.line("moved the files of an earlier run to \(previous)")
    }
    Terminal.line(
      (step == 0 ? "training" : "going on after step \(step)")
        + ": \(start.ranks) \(start.ranks == 1 ? "rank" : "ranks")"
        + (start.threads == 1 ? "" : " of \(start.threads) threads")
        + ", batch \(configuration.recipe.batchSize), up to epoch \(configuration.epochs)"
        + (configuration.recipe.pixels.isBinary ? ", \(configuration.recipe.pixels.words)" : "")
        + (wire == .fp32 || start.teams == 1 ? "" : ", gradients travel in \(wire.rawValue)")
        + ((try? World.libraryName).map { ", \($0)" } ?? ""))
  }

  func exchangeChosen(_ choice: ExchangeChoice) {
    bar?.clear()
    guard let way = choice.way else {
      let ways = choice.ways.map(\.words).joined(separator: ", ")
      return Terminal.line("exchanges tried in the first steps: \(ways)")
    }
    if let mode = way.mode, let words = choice.words {
      Terminal.line("exchange \(mode.rawValue): \(words)")
    }
  }

  func stepEnded(_ event: StepEvent) {
    hasTrained = true
    bar?.update(ProgressBar.Moment(event, hasDivergence: hasDivergence))
  }

  func epochEnded(_ row: EpochRow) {
    bar?.clear()
    Terminal.line(
      "epoch \(bold("\(row.epoch)"))  train \(row.trainLoss.twoDecimals)  "
        + (row.validationLoss.map { validation($0, row) } ?? test(row))
        + "\(Int(row.imagesPerSecond).grouped) images/s")
  }

  /// The part of an epoch's line that is about the test images; empty where there are none. With
  /// usual numbers the whole line has fewer than 80 columns.
  private func test(_ row: EpochRow) -> String {
    guard let loss = row.testLoss, let reconstruction = row.reconstruction, let kl = row.kl else {
      return ""
    }
    let whole = "test \(bold(loss.twoDecimals))"
    guard hasDivergence else { return whole + "  " }
    return whole + " = rec \(reconstruction.twoDecimals) "
      + "+ kl \(kl.twoDecimals)  "
  }

  /// The part of an epoch's line that is about the images that decide, with their loss, and the test images:
  /// without parts of losses, for which a line of 80 columns has no room.
  private func validation(_ loss: Double, _ row: EpochRow) -> String {
    "validation \(bold(loss.twoDecimals))  "
      + (row.testLoss.map { "test \($0.twoDecimals)  " } ?? "")
  }

  func end(_ end: TrainingEnd, run: String, resume: Resume) {
    bar?.clear()
    let reason = end.patience?.reason.text(in: .commandLine)
    if hasTrained, let reason { Terminal.line("ended before the last epoch: \(reason)") }
    switch (end.code, resume) {
    case (.stopped, .auto):
      Terminal.line("stopped on request; the same command goes on from \(run)/latest")
    case (.stopped, _):
      Terminal.line(
        "stopped on request; the same command without --resume goes on from \(run)/latest")
    case _ where !hasTrained && reason != nil:
      Terminal.line(
        "nothing left to train: \(reason ?? ""); with a larger --patience, or 0, \(run) goes on")
    case _ where !hasTrained:
      Terminal.line("nothing left to train; with a larger --epochs or --max-steps, \(run) goes on")
    default:
      Terminal.line("saved in \(run)")
    }
    if let digest = end.modelDigest { Terminal.line("model SHA-256 \(digest)") }
  }

  private func bold(_ text: String) -> String {
    usesColor ? "\u{1b}[1m\(text)\u{1b}[0m" : text
  }
}

extension ProgressBar.Moment {
  /// What the bar shows after a step: how much of the epoch is done, and how much time the whole run
  /// still takes.
  fileprivate init(_ event: StepEvent, hasDivergence: Bool) {
    let (step, loss) = ("step \(event.step)", "loss \(event.loss.total.twoDecimals)")
    // Weights and other bounds make the loss another number than the sum of its parts.
    let sign = event.loss.surplus == 0 ? "=" : "of"
    let (reconstruction, divergence) = (event.loss.reconstruction, event.loss.divergence)
    let parts =
      hasDivergence
      ? "\(loss) \(sign) \(reconstruction.twoDecimals) + \(divergence.twoDecimals)" : loss
    let waiting = "\(Int((100 * event.waiting).rounded()))% waiting"
    self.init(
      images: (
        (event.epoch - 1) * event.imageCount + event.offset, event.epochs * event.imageCount
      ),
      head: "epoch \(event.epoch)/\(event.epochs) ",
      part: Double(event.offset) / Double(event.imageCount),
      isLast: event.offset == event.imageCount,
      tails: { rate, left in
        // 80 columns have room for all figures, though not for all words.
        [
          [step, parts, rate, waiting, left], [parts, rate, waiting, left],
          [String(parts.dropFirst("loss ".count)), rate, waiting, left], [parts, rate, left],
          [loss, rate, left], [step, loss, left], [loss, left], [loss],
        ]
      })
  }
}
