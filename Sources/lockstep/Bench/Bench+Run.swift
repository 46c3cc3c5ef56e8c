internal import Formats
internal import Glibc
internal import Platform

extension Bench {
  /// Does what the flags ask for, and ends the process where it fails or is asked to end.
  func run() throws {
    Interruption.block()
    do {
      if proof.prove { return try prove() }
      if exchange.exchanges { return try compareExchanges() }
      let lines = prediction.predict ? try predict() : BenchTable(report: try measure()).lines
      try Terminal.result(lines)
    } catch let interruption as Interruption {
      interruption.endProcess()
    } catch {
      let failure = Failure(error)
      Job.tell(failure.description)
      Glibc.exit(failure.code.rawValue)
    }
  }

  private func predict() throws -> [String] {
    let report = try BenchReport(reading: prediction.from ?? file)
    return try Prediction(
      report, prediction, ranks: ranks?.numbers, batchSizes: batchSizes?.numbers
    )
    .lines
  }

  private func measure() throws -> BenchReport {
    try requireWritable(file)
    let machine = Machine.here
    let plan = BenchPlan(
      data: data.directory, cores: machine.cores, isQuick: quick, ranks: ranks?.numbers,
      batchSizes: batchSizes?.numbers, rounds: rounds, seconds: seconds)
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    var run = BenchRun(
      plan, MPIJob(machine: machine),
      peers.map { PeerBench(environment: $0, scripts: peerScripts) }, scratch)
    let report = try run.perform()
    try write(report, to: file)
    return report
  }

  private func prove() throws {
    try json.map(requireWritable)
    let machine = Machine.here
    let plan = ProofPlan(
      data: data.directory, cores: machine.cores, isQuick: quick, ranks: ranks?.numbers,
      batchSizes: batchSizes?.numbers, steps: proof.steps, precision: proof.precision)
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    var run = ProofRun(plan, MPIJob(machine: machine), scratch)
    let report = try run.perform()
    try json.map { try write(report, to: $0) }
    try Terminal.result(report.lines)
    if let failure = report.failure { throw failure }
  }

  private func compareExchanges() throws {
    try json.map(requireWritable)
    let plan = ExchangePlan(
      data: data.directory, machines: exchange.words, isQuick: quick, ranks: ranks?.numbers,
      batchSizes: batchSizes?.numbers, rounds: rounds, seconds: seconds)
    var run = ExchangeRun(plan, MPIJob(machine: .here))
    let report = try run.perform()
    try json.map { try write(report, to: $0) }
    try Terminal.result(report.lines)
  }

  /// Where figures of speed go.
  private var file: String { json ?? "bench.json" }

  /// Minutes of figures must not be lost for a wrong path.
  private func requireWritable(_ path: String) throws {
    guard File.canBeWritten(path) else {
      throw Failure(.inputOutput, "\(path): cannot be written; name another file with --json")
    }
  }

  private func write(_ report: some Encodable, to path: String) throws {
    try OutputFile.replace(path) { try $0.write(Array(JSONText.pretty(report).utf8)) }
  }
}
