internal import Checkpoints
internal import Glibc
internal import Kernels
internal import Platform

/// Trains in all ways of a plan, one after the other, and compares what they leave.
struct ProofRun {
  let plan: ProofPlan
  let job: MPIJob
  let scratch: ScratchFolder
  private let progress: BenchProgress
  private var metrics: [ProofCell.Subject: ComparedMetrics] = [:]
  private var report: ProofReport

  init(_ plan: ProofPlan, _ job: MPIJob, _ scratch: ScratchFolder) {
    self.plan = plan
    self.job = job
    self.scratch = scratch
    progress = BenchProgress(count: plan.cells.count)
    report = ProofReport(
      machine: job.machine, instructions: InstructionSet.current.description)
  }

  /// Does all runs. One that fails is told of in its row, since minutes of others must not be lost.
  ///
  /// - Throws: where the first run fails: nothing is known yet, and the others would fail alike.
  ///   And where this process is asked to end.
  mutating func perform() throws -> ProofReport {
    defer { progress.clear() }
    for cell in plan.cells {
      var row = ProofRow(cell: cell)
      do {
        try progress.step(cell.name) { try train(&row) }
      } catch let error where !(error is Interruption) && !report.rows.isEmpty {
        let failure = Failure(error)
        row.failure = .init(code: failure.code.rawValue, sentence: failure.description)
      }
      report.rows.append(row)
    }
    return report
  }

  private mutating func train(_ row: inout ProofRow) throws {
    let cell = row.cell
    let start = ContinuousClock.now
    let run = scratch.folder("run")
    defer { scratch.remove("run") }
    if cell.resumedOn != nil { row.stoppedAfter = try stop(cell, run) }
    _ = try job.run(words(cell, ranks: cell.resumedOn ?? cell.ranks, run), limit: Self.limit)
    row.seconds = (ContinuousClock.now - start) / .seconds(1)
    guard let metrics = ComparedMetrics(File.text("\(run)/metrics.jsonl")) else {
      throw Failure(.badData, "a run left a metrics.jsonl that cannot be read: \(cell.name)")
    }
    let model = SHA256.hexadecimal(try SHA256.digest(ofFile: "\(run)/latest/model.safetensors"))
    row.optimizer = SHA256.hexadecimal(
      try SHA256.digest(ofFile: "\(run)/latest/optimizer.safetensors"))
    row.model = model
    row.published = try PublishedModel.digest(forCheckpoint: "\(run)/latest")
    row = compared(row, metrics)
  }

  /// The row with what it differs in from the first of its subject, if it is not that one.
  private mutating func compared(_ row: ProofRow, _ mine: ComparedMetrics) -> ProofRow {
    let subject = row.cell.subject
    guard let first = report.rows.first(where: { $0.cell.subject == subject && $0.failure == nil }),
      let theirs = metrics[subject]
    else {
      metrics[subject] = mine
      return row
    }
    var row = row
    if row.model != first.model { row.differences.append("model") }
    if row.optimizer != first.optimizer { row.differences.append("optimizer") }
    if let step = mine.firstDifference(from: theirs) {
      row.differences.append("metrics from step \(step)")
    }
    return row
  }

  /// One rank is a process by itself, as a user would start it.
  private func words(_ cell: ProofCell, ranks: Int, _ run: String) -> [String] {
    let program = [MPIJob.program] + cell.words(data: plan.data, run: run)
    return ranks == 1 ? program : job.words(ranks: ranks, threads: cell.threads, program)
  }

  /// Seconds that a run may take: far more than any should.
  private static let limit = 1200.0
}

extension ProofRun {
  /// Trains until SIGUSR1 stops it, at a random step, and tells after which.
  ///
  /// Small runs may be done, or in their last step, before the signal comes; then nothing would be
  /// resumed, and it is sent earlier in another one.
  private func stop(_ cell: ProofCell, _ run: String) throws -> Int {
    let steps = cell.subject.steps
    for latest in [steps / 2, steps / 4, 1, 1] {
      let rows = Int.random(in: max(1, latest / 2)...max(1, latest))
      let log = "\(run)/metrics.jsonl"
      let prompt = ChildProcess.Prompt(signal: SIGUSR1) {
        File.text(log).utf8.count { $0 == UInt8(ascii: "\n") } >= rows
      }
      _ = try job.run(
        words(cell, ranks: cell.ranks, run), limit: Self.limit, tolerating: .stopped,
        prompt: prompt)
      // MPICH 4.0.2's launcher may return 0 for ranks that a signal has stopped.
      if let step = Self.step(run), step < steps { return step }
      scratch.remove("run")
    }
    throw Failure(
      .inputOutput, "a run of \(steps) steps was done before it could be stopped; give more --steps"
    )
  }

  /// The step that a run's last checkpoint was written after: step-00000123.
  private static func step(_ run: String) -> Int? {
    guard let path = realpath("\(run)/latest", nil) else { return nil }
    defer { free(path) }
    return String(cString: path).split(separator: "-").last.flatMap { Int($0) }
  }
}
