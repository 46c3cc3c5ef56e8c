internal import Checkpoints
internal import Engine
internal import MPI
internal import Platform
internal import Reports
internal import Runs

/// Tells programs how a run goes: one JSON object a line on standard output.
///
/// Objects of kind "step" and "epoch" have the members of the rows in `metrics.jsonl` (``StepRow``,
/// ``EpochRow``) and come as often; an object about a step also has ``StepEvent/waiting``.
struct JSONLog: TrainingLog {
  private struct Start: Encodable {
    let kind = "start"
    let ranks: Int
    let threads: Int
    let teams: Int
    let step: Int
    let mpi: String?
    let previous: String?
    let configuration: RunConfiguration
  }

  private struct Exchange: Encodable {
    let kind = "exchange"
    let exchange: ExchangeMode
    /// In an all-reduce: up to how many buckets a rank's gradient is cut into, and whether shares are uneven.
    let buckets: Int?
    let uneven: Bool?
    let reason: String?
    /// What was tried, the fastest first.
    let tried: [Trial]

    struct Trial: Encodable {
      let exchange: ExchangeMode
      let buckets: Int?
      let uneven: Bool?
      /// Seconds of a step.
      let seconds: Double
    }
  }

  private struct Step: Encodable {
    let row: StepRow
    let waiting: Double

    private enum CodingKeys: String, CodingKey { case waiting }

    func encode(to encoder: any Encoder) throws {
      try row.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(waiting, forKey: .waiting)
    }
  }

  private struct End: Encodable {
    let kind = "end"
    let code: Int32
    let run: String
    let modelDigest: String?
    let reason: String?

    private enum CodingKeys: String, CodingKey {
      case kind, code, run, reason
      case modelDigest = "model_sha256"
    }
  }

  func trainingBegins(_ start: TrainingStart) {
    tell(
      Start(
        ranks: start.ranks, threads: start.threads, teams: start.teams,
        step: start.progress.step, mpi: try? World.libraryName, previous: start.previous,
        configuration: start.configuration))
  }

  func exchangeChosen(_ choice: ExchangeChoice) {
    guard let way = choice.way, let mode = way.mode else { return }
    let tried = choice.measured.compactMap { way, seconds in
      way.mode.map {
        Exchange.Trial(
          exchange: $0, buckets: way.bucketCount, uneven: way.isUneven, seconds: seconds)
      }
    }
    tell(
      Exchange(
        exchange: mode, buckets: way.bucketCount, uneven: way.isUneven, reason: choice.words,
        tried: tried))
  }

  func stepEnded(_ event: StepEvent) {
    if let row = event.row { tell(Step(row: row, waiting: event.waiting)) }
  }

  func epochEnded(_ row: EpochRow) { tell(row) }

  func end(_ end: TrainingEnd, run: String, resume: Resume) {
    tell(
      End(
        code: end.code.rawValue, run: run, modelDigest: end.modelDigest,
        reason: end.patience?.reason.text(in: .commandLine)))
  }

  private func tell(_ row: some Encodable) { Terminal.line(JSONLine(row).text) }
}
