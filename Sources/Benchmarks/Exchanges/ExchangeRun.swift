internal import Platform
internal import Ranks

/// Measures all exchanges in turn, round after round, so that a passing slowdown of the machines or
/// the network affects all exchanges alike.
struct ExchangeRun {
  let plan: ExchangeComparison
  let job: MPIJob
  let commands: any ChildCommands

  private let progress: BenchProgress
  private var measured: [ExchangeCell: [Measurement]] = [:]

  init(
    _ plan: ExchangeComparison, _ job: MPIJob, commands: any ChildCommands,
    observer: any BenchObserver
  ) {
    self.plan = plan
    self.job = job
    self.commands = commands
    progress = BenchProgress(count: plan.rounds * plan.cells.count, observer)
  }

  /// Takes all measurements; this process stays outside MPI.
  mutating func perform() throws -> ExchangeReport {
    defer { progress.end() }
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
    let program = commands.measure(plan.request(cell), data: plan.data)
    let words = job.command.words(on: plan.machines, ranks: cell.ranks, for: program)
    // Long enough for a network that takes seconds to carry a step.
    measured[cell, default: []].append(try job.measure(words, limit: 120 + 20 * plan.seconds))
  }
}
