internal import Training

/// Tells whoever watches how a run goes: a line an epoch on standard output and, on a terminal, a
/// progress bar on standard error. Rank zero's alone.
final class Console: TrainingObserver {
  private let bar: ProgressBar?
  private let usesColor: Bool

  init(_ mode: ProgressMode) {
    bar = mode.isOn ? ProgressBar() : nil
    usesColor = mode.isOn && Terminal.allowsColor
  }

  func trainingBegins(
    _ configuration: RunConfiguration, at progress: Progress, ranks: Int, threads: Int
  ) {
    let recipe = configuration.recipe
    let start = progress.step == 0 ? "training" : "going on after step \(progress.step)"
    Terminal.line(
      "\(start): \(ranks) \(ranks == 1 ? "rank" : "ranks")"
        + (threads == 1 ? "" : " of \(threads) threads")
        + ", batch \(recipe.batchSize), up to epoch \(configuration.epochs)")
  }

  func stepEnded(_ event: StepEvent) { bar?.update(event) }

  func epochEnded(_ row: EpochRow) {
    bar?.clear()
    Terminal.line(
      "epoch \(bold("\(row.epoch)"))  train \(row.trainLoss.twoDecimals)  "
        + "test \(bold(row.testLoss.twoDecimals))  = reconstruction "
        + "\(row.reconstruction.twoDecimals) + kl \(row.kl.twoDecimals) nats  "
        + "\(Int(row.imagesPerSecond).grouped) images/s")
  }

  /// The last word.
  func end(_ code: ExitCode, run: String) {
    bar?.clear()
    Terminal.line(
      code == .stopped
        ? "stopped on request; the same command goes on from \(run)/latest" : "saved in \(run)")
  }

  private func bold(_ text: String) -> String {
    usesColor ? "\u{1b}[1m\(text)\u{1b}[0m" : text
  }
}
