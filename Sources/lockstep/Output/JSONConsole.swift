internal import Training

/// Tells programs how a run goes: one JSON object a line on standard output. Rank zero's alone.
///
/// Rows of kind "step" come as often as in `metrics.jsonl`, those of kind "epoch" have its members.
struct JSONConsole: TrainingConsole {
  private struct Start: Encodable {
    let kind = "start"
    let ranks: Int
    let threads: Int
    let teams: Int
    let step: Int
    let configuration: RunConfiguration
  }

  private struct Step: Encodable {
    let kind = "step"
    let epoch: Int
    let step: Int
    let loss: Double
    let reconstruction: Double
    let kl: Double
    let waiting: Double
  }

  private struct End: Encodable {
    let kind = "end"
    let code: Int32
    let run: String
  }

  func trainingBegins(_ start: TrainingStart) {
    tell(
      Start(
        ranks: start.ranks, threads: start.threads, teams: start.teams,
        step: start.progress.step, configuration: start.configuration))
  }

  func stepEnded(_ event: StepEvent) {
    guard event.isLogged else { return }
    tell(
      Step(
        epoch: event.epoch, step: event.step, loss: event.loss.total,
        reconstruction: event.loss.reconstruction, kl: event.loss.divergence,
        waiting: event.waiting))
  }

  func epochEnded(_ row: EpochRow) { tell(row) }

  func end(_ code: ExitCode, run: String, resume: Resume) {
    tell(End(code: code.rawValue, run: run))
  }

  private func tell(_ row: some Encodable) { Terminal.line(LogLine(row).text) }
}
