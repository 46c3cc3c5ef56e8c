package import Kernels
internal import Platform

/// What the benchmarks have in common, as a user chooses it.
package struct BenchChoices {
  /// The folder with the images; on several machines, on each of them.
  package var data: String

  /// Whether to leave out what takes long.
  package var isQuick = false

  /// Rank counts; nil for those that the benchmark chooses, as for the others below.
  package var ranks: [Int]?

  /// Batch sizes.
  package var batchSizes: [Int]?

  /// How often everything is measured, in turn.
  package var rounds: Int?

  /// Seconds of training in one measurement.
  package var seconds: Double?

  /// Leaves all but the data to the benchmark.
  package init(data: String) { self.data = data }
}

/// The benchmarks, which start jobs of this program and compare what these tell or leave.
///
///     let report = try Benchmark(commands, observer).speed(BenchChoices(data: "mnist"))
///     try report.write(to: "bench.json")
///
/// Each throws ``Interruption`` where this process is asked to end, and `Failure` where a job
/// cannot be run; no job of its own is left then, and no file.
package struct Benchmark {
  private let commands: any ChildCommands
  private let observer: any BenchObserver

  /// Benchmarks whose jobs `commands` spells and whose progress `observer` is told.
  package init(_ commands: any ChildCommands, _ observer: any BenchObserver) {
    self.commands = commands
    self.observer = observer
  }

  /// Measures how fast training is for every number of ranks; with `peers`, also how fast these
  /// are.
  package func speed(_ choices: BenchChoices, peers: PeerBench? = nil) throws -> BenchReport {
    let job = MPIJob()
    let plan = BenchPlan(choices, cores: job.cores.count)
    return try ScratchFolder.with { scratch in
      var run = BenchRun(
        plan, job, commands: commands, scratch: scratch, peers: peers, observer: observer)
      return try run.perform()
    }
  }

  /// Trains in many ways and compares the bits. Nil for `steps` and `precision` leaves them open.
  package func proof(
    _ choices: BenchChoices, steps: Int?, precision: Precision?
  ) throws -> ProofReport {
    let job = MPIJob()
    let plan = ProofPlan(choices, cores: job.cores.count, steps: steps, precision: precision)
    return try ScratchFolder.with { scratch in
      var run = ProofRun(plan, job, commands: commands, scratch: scratch, observer: observer)
      return try run.perform()
    }
  }

  /// Measures what several machines exchange; `machines` are the launcher's options that name them.
  package func exchanges(_ choices: BenchChoices, machines: [String]) throws -> ExchangeReport {
    var run = ExchangeRun(
      ExchangePlan(choices, machines: machines), MPIJob(), commands: commands, observer: observer)
    return try run.perform()
  }
}
