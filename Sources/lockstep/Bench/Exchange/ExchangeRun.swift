internal import Benchmarks
internal import Platform

/// Measures both exchanges in turn, round after round, so that what slows machines or network down
/// for a while hits both alike.
struct ExchangeRun {
  let plan: ExchangePlan
  let job: MPIJob

  private let progress: BenchProgress
  private var measured: [ExchangeCell: [Measurement]] = [:]

  init(_ plan: ExchangePlan, _ job: MPIJob) {
    self.plan = plan
    self.job = job
    progress = BenchProgress(count: plan.rounds * plan.cells.count)
  }

  /// Measures everything.
  mutating func perform() throws -> ExchangeReport {
    defer { progress.clear() }
    for round in 1...plan.rounds {
      for cell in plan.cells {
        try progress.step("round \(round)/\(plan.rounds): \(cell.name)") { try measure(cell) }
      }
    }
    let rows = plan.cells.map { ExchangeRow($0, measured[$0] ?? []) }
    return ExchangeReport(
      machines: plan.machines, rounds: plan.rounds, seconds: plan.seconds, rows: rows)
  }

  private mutating func measure(_ cell: ExchangeCell) throws {
    let words = job.words(
      on: plan.machines, ranks: cell.ranks, [MPIJob.program] + plan.words(cell))
    // A network that carries a step in seconds is slow enough.
    let outcome = try job.run(words, limit: 120 + 20 * plan.seconds)
    guard let measurement = JSONText.last(Measurement.self, in: outcome.output) else {
      throw Failure(
        .inputOutput,
        "lockstep measure printed no result: \(outcome.output); run it by itself to see why")
    }
    measured[cell, default: []].append(measurement)
  }
}
