internal import Checkpoints
internal import Glibc
internal import Kernels
internal import Platform
internal import Ranks

/// Trains in all ways of a plan, one after the other, and compares what the runs write.
struct ProofRun {
  let plan: ProofPlan
  let job: MPIJob
  let commands: any ChildCommands
  let scratch: ScratchFolder
  private let progress: BenchProgress
  private var metrics: [ProofCell.Subject: ComparedMetrics] = [:]
  private var report: ProofReport

  init(
    _ plan: ProofPlan, _ job: MPIJob, commands: any ChildCommands, scratch: ScratchFolder,
    observer: any BenchObserver
  ) {
    self.plan = plan
    self.job = job
    self.commands = commands
    self.scratch = scratch
    progress = BenchProgress(count: plan.cells.count, observer)
    report = ProofReport(
      machine: job.command.cores, instructions: InstructionSet.current.description,
      withoutHosts: plan.obstacle)
  }

  /// Does all runs. If a run fails, its row says why and the next runs follow, so that the minutes of
  /// the other runs are not lost.
  ///
  /// - Throws: the failure of the first run, since the others would fail alike; and `Interruption`
  ///   where this process is asked to end.
  mutating func perform() throws -> ProofReport {
    defer { progress.end() }
    for cell in plan.cells {
      var row = ProofRow(cell: cell)
      do {
        try progress.step(cell.name) { try train(&row) }
      } catch let error where !(error is Interruption) && !report.rows.isEmpty {
        let failure = Failure(error)
        row.failure = .init(
          code: failure.code.rawValue, sentence: failure.sentence.text(in: commands.vocabulary))
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
    let command =
      cell.resumedOn.map { words(cell, ranks: $0, run: run) } ?? words(cell, run: run)
    _ = try job.run(command, limit: Self.limit)
    row.seconds = (ContinuousClock.now - start) / .seconds(1)
    let text = try? FileSystem.read("\(run)/metrics.jsonl")
    guard let metrics = text.flatMap({ ComparedMetrics($0) }) else {
      throw Failure(.badData, "a run left a metrics.jsonl that cannot be read: \(cell.name)")
    }
    let model = SHA256.hexadecimal(try SHA256.digest(ofFile: "\(run)/latest/model.safetensors"))
    row.optimizer = SHA256.hexadecimal(
      try SHA256.digest(ofFile: "\(run)/latest/optimizer.safetensors"))
    row.model = model
    row.published = try PublishedModel.digest(forCheckpoint: "\(run)/latest")
    row = compared(row, metrics)
  }

  /// `row` with its differences from the first row of the same subject; none for the first row itself,
  /// whose metrics `mine` are kept.
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

  /// The command line that trains as `cell` says.
  private func words(_ cell: ProofCell, run: String) -> [String] {
    guard let slots = cell.hosts, let hosts = plan.hosts else {
      return words(cell, ranks: cell.ranks, run: run)
    }
    let program = commands.train(cell, data: plan.data, run: run)
    return hosts.words(slots, for: job.command.words(onSlotsFor: program))
  }

  /// The command line that trains as `cell` says, but on `ranks` ranks of this machine; a single rank is
  /// started without mpirun.
  private func words(_ cell: ProofCell, ranks: Int, run: String) -> [String] {
    let program = commands.train(cell, data: plan.data, run: run)
    return ranks == 1
      ? program : job.command.words(ranks: ranks, threads: cell.threads, for: program)
  }

  /// The seconds after which a run is ended: far more than any should take.
  private static let limit = 1200.0
}

extension ProofRun {
  /// Trains until SIGUSR1 stops the run at a random step.
  ///
  /// A small run may have ended, or be in its last step, before the signal comes. Nothing could be
  /// resumed then, so another run is begun, in which the signal is sent earlier.
  ///
  /// - Returns: the last step before the stop.
  private func stop(_ cell: ProofCell, _ run: String) throws -> Int {
    let steps = cell.subject.steps
    for latest in [steps / 2, steps / 4, 1, 1] {
      let rows = Int.random(in: max(1, latest / 2)...max(1, latest))
      let log = "\(run)/metrics.jsonl"
      let prompt = ChildProcess.Prompt(signal: SIGUSR1) {
        let written = (try? FileSystem.read(log)) ?? ""
        return written.utf8.count { $0 == UInt8(ascii: "\n") } >= rows
      }
      _ = try job.run(
        words(cell, run: run), limit: Self.limit, tolerating: .stopped,
        prompt: prompt)
      // MPICH 4.0.2's launcher may return 0 for ranks that a signal has stopped.
      if let step = Self.step(run), step < steps { return step }
      scratch.remove("run")
    }
    throw Failure(
      .inputOutput,
      "a run of \(steps) steps was done before it could be stopped; give more \(setting: "steps")"
    )
  }

  /// The step after which the run's last checkpoint was written, from the checkpoint's name, as in
  /// step-00000123; nil where there is no checkpoint.
  private static func step(_ run: String) -> Int? {
    guard let path = realpath("\(run)/latest", nil) else { return nil }
    defer { free(path) }
    return String(cString: path).split(separator: "-").last.flatMap { Int($0) }
  }
}
