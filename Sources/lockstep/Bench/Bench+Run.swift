internal import Benchmarks
internal import Glibc
internal import Platform

extension Bench {
  /// Does what the flags ask for, and ends the process where that fails or is interrupted.
  func run() throws {
    Interruption.block()
    do {
      let benchmark = Benchmark(OwnCommands(), BenchBar())
      if proof.prove { return try prove(benchmark) }
      if exchange.exchanges { return try compareExchanges(benchmark) }
      try Terminal.result(prediction.predict ? predict() : measure(benchmark))
    } catch let interruption as Interruption {
      interruption.endProcess()
    } catch {
      let failure = Failure(error)
      Job.tell(failure.sentence)
      Glibc.exit(failure.code.rawValue)
    }
  }

  private func predict() throws -> [String] {
    let report = try BenchReport(reading: prediction.from ?? file)
    var question = prediction.question
    question.ranks = ranks?.numbers
    question.batchSizes = batchSizes?.numbers
    return try Prediction(question, from: report).lines
  }

  private func measure(_ benchmark: Benchmark) throws -> [String] {
    try requireWritable(file)
    let report = try benchmark.speed(
      choices, peers: peers.map { PeerBench(environment: $0, scripts: peerScripts) })
    try report.write(to: file)
    return report.lines
  }

  private func prove(_ benchmark: Benchmark) throws {
    try json.map(requireWritable)
    let report = try benchmark.proof(
      choices, steps: proof.steps, precision: proof.precision, hostMaker: hostMaker)
    try json.map(report.write)
    try Terminal.result(report.lines)
    if let failure = report.failure { throw failure }
  }

  private func compareExchanges(_ benchmark: Benchmark) throws {
    try json.map(requireWritable)
    let report = try benchmark.exchanges(choices, machines: exchange.words)
    try json.map(report.write)
    try Terminal.result(report.lines)
  }

  private var choices: BenchChoices {
    var choices = BenchChoices(data: data.directory)
    choices.isQuick = quick
    choices.ranks = ranks?.numbers
    choices.batchSizes = batchSizes?.numbers
    choices.rounds = rounds
    choices.seconds = seconds
    return choices
  }

  /// The file that figures of speed are written to, and read from for a prediction.
  private var file: String { json ?? "bench.json" }

  /// Refuses a wrong path before the measurements begin, since minutes of them would be lost.
  private func requireWritable(_ path: String) throws {
    guard FileSystem.canWrite(path) else {
      throw Failure(.inputOutput, "\(path): cannot be written; name another file with --json")
    }
  }
}
