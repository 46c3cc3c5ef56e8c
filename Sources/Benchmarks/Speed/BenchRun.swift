internal import Engine
internal import Kernels
internal import Platform
internal import Ranks

/// Takes all measurements in turn, round after round, so that a passing slowdown of the machine
/// affects all rows alike.
struct BenchRun {
  let plan: BenchPlan
  let job: MPIJob
  let commands: any ChildCommands
  let scratch: ScratchFolder
  let peers: PeerBench?
  let progress: BenchProgress

  private var measured: [BenchCell: [Measurement]] = [:]
  private var startups: [Double] = []
  private var peerRates: [Peer: [Double]] = [:]
  private var absentPeers: [Peer: String] = [:]

  init(
    _ plan: BenchPlan, _ job: MPIJob, commands: any ChildCommands, scratch: ScratchFolder,
    peers: PeerBench?, observer: any BenchObserver
  ) {
    self.plan = plan
    self.job = job
    self.commands = commands
    self.scratch = scratch
    self.peers = peers
    let perRound = plan.availableCells.count + 1 + (peers == nil ? 0 : Peer.allCases.count)
    progress = BenchProgress(count: plan.rounds * perRound, observer)
  }

  private var mostRanks: Int { plan.ranks.last! }

  /// Takes all measurements; this process stays outside MPI.
  mutating func perform() throws -> BenchReport {
    defer { progress.end() }
    for round in 1...plan.rounds {
      let head = "round \(round)/\(plan.rounds)"
      for cell in plan.availableCells {
        try progress.step("\(head): \(cell.name)") { try measure(cell) }
      }
      try progress.step("\(head): start to first step") { try measureStartup() }
      for peer in peers == nil ? [] : Peer.allCases {
        try progress.step("\(head): \(peer.name)") { try measure(peer) }
      }
    }
    var report = summary
    if !plan.isQuick { report.timesToLoss = try timesToLoss() }
    return report
  }

  private mutating func measure(_ cell: BenchCell) throws {
    let program = commands.measure(cell.request(plan), data: plan.data)
    let words = job.command.words(ranks: cell.ranks, for: program)
    measured[cell, default: []].append(try job.measure(words, limit: 60 + 20 * plan.seconds))
  }

  /// Measures a job that trains for one step: mostly the job's start and end.
  private mutating func measureStartup() throws {
    let run = scratch.folder("startup-\(startups.count)")
    let words = commands.train(data: plan.data, run: run, maxSteps: 1)
    let outcome = try job.run(job.command.words(ranks: mostRanks, for: words), limit: 60)
    startups.append(outcome.seconds)
  }

  private mutating func measure(_ peer: Peer) throws {
    guard let peers, absentPeers[peer] == nil else { return }
    let task = PeerTask.pace(seconds: 2 * plan.seconds, data: plan.data, scratch: scratch.path)
    let (answer, reason) = try peers.run(peer, job, ranks: mostRanks, task: task, limit: 180)
    guard let answer else { return absentPeers[peer] = reason }
    peerRates[peer, default: []].append(answer.imagesPerSecond)
  }

  /// Trains to the end with all defaults, on the most ranks. Each ``Peer`` that is one process does
  /// the same, but stops when the loss is reached.
  private func timesToLoss() throws -> [TimeToLoss] {
    let run = scratch.folder("to-loss")
    let words = commands.train(data: plan.data, run: run, maxSteps: nil)
    var times: [TimeToLoss] = []
    try progress.step("to a test loss of \(TimeToLoss.target): Lockstep") {
      _ = try job.run(job.command.words(ranks: mostRanks, for: words), limit: 600)
    }
    let name = "Lockstep, \(Wording.count(mostRanks, "rank"))"
    let metrics = (try? FileSystem.read("\(run)/metrics.jsonl")) ?? ""
    if let time = TimeToLoss(name: name, metrics: metrics) {
      times.append(time)
    }
    for peer in [Peer.jax, .torch] where peerRates[peer] != nil {
      try progress.step("to a test loss of \(TimeToLoss.target): \(peer.name)") {
        if let time = try timeToLoss(peer) { times.append(time) }
      }
    }
    return times
  }

  private func timeToLoss(_ peer: Peer) throws -> TimeToLoss? {
    let task = PeerTask.loss(TimeToLoss.target, data: plan.data)
    let answer = try peers?.run(peer, job, ranks: mostRanks, task: task, limit: 600).answer
    return answer.flatMap { TimeToLoss(name: peer.name, $0) }
  }
}

extension BenchRun {
  /// The report of all rounds, without ``BenchReport/timesToLoss``.
  private var summary: BenchReport {
    var report = BenchReport(
      machine: job.command.cores, rounds: plan.rounds, seconds: plan.seconds,
      startupRanks: mostRanks)
    report.startup = MedianAndRange(startups)
    let any = measured.values.first?.first
    report.operationsPerImage = any?.cost.total
    report.model = any?.model
    for precision in Precision.allCases {
      let all = measured.filter { $0.key.precision == precision }.values.joined()
      guard let best = all.max(by: { $0.peak.single < $1.peak.single })?.peak else { continue }
      report.peaks.append(
        .init(
          precision: precision, instructions: best.instructions,
          operationsPerSecond: best.single))
    }
    report.rows = plan.cells.map { row($0, report.peaks) }
    for index in report.rows.indices { report.rows[index].compare(with: report.rows) }
    report.peers = peers == nil ? [] : Peer.allCases.map { row($0, report.peaks) }
    return report
  }

  private func row(_ cell: BenchCell, _ peaks: [BenchReport.Peak]) -> BenchRow {
    guard let rounds = measured[cell],
      let peak = peaks.first(where: { $0.precision == cell.precision })
    else {
      return BenchRow(cell: cell, unavailable: "no \(cell.precision.rawValue) on this processor")
    }
    return BenchRow(cell, rounds, single: peak.operationsPerSecond)
  }

  /// The peer's rate, and the ratio of Lockstep's rate to the peer's, from the same rounds: on the
  /// most ranks, with batches of 128 and one team on each node. Only rounds that count (see
  /// ``FullSpeed/counted(_:)``) are compared.
  private func row(_ peer: Peer, _ peaks: [BenchReport.Peak]) -> PeerRow {
    guard let rates = peerRates[peer] else {
      return PeerRow(peer: peer, unavailable: absentPeers[peer] ?? "not measured")
    }
    var row = PeerRow(peer: peer, imagesPerSecond: MedianAndRange(rates))
    for precision in Precision.allCases {
      let cell = BenchCell(
        precision: precision, ranks: mostRanks, teams: .node, batchSize: 128)
      guard let rounds = measured[cell], rounds.count == rates.count,
        let peak = peaks.first(where: { $0.precision == precision })
      else { continue }
      let isFullSpeed = FullSpeed.isReached(in: rounds, single: peak.operationsPerSecond)
      let ratios = FullSpeed.counted(isFullSpeed).map { rounds[$0].imagesPerSecond / rates[$0] }
      row.ratios.append(.init(precision: precision, lockstepOverPeer: MedianAndRange(ratios)!))
    }
    return row
  }
}

extension BenchRow {
  /// Fills in the efficiency, by comparison with the row of a single rank among `rows` with the
  /// same precision and batch size.
  fileprivate mutating func compare(with rows: [BenchRow]) {
    let lone = rows.first {
      $0.cell.ranks == 1 && $0.cell.precision == cell.precision
        && $0.cell.batchSize == cell.batchSize
    }
    guard let one = lone?.imagesPerSecond?.median, let rate = imagesPerSecond?.median else {
      return
    }
    efficiency = rate / one / Double(cell.ranks)
  }
}
