package import Kernels
internal import Platform
internal import Ranks

/// What a user may choose for every benchmark.
package struct BenchChoices {
  /// The folder with the images; with several machines, on that of rank zero.
  package var data: String

  /// Whether to leave out what takes long.
  package var isQuick = false

  /// Rank counts. Here and in the properties below, nil lets the benchmark choose.
  package var ranks: [Int]?

  /// Batch sizes.
  package var batchSizes: [Int]?

  /// The number of rounds, in each of which everything is measured once.
  package var rounds: Int?

  /// Seconds of training in one measurement.
  package var seconds: Double?

  /// Choices that leave everything but the data to the benchmark.
  package init(data: String) { self.data = data }
}

/// The benchmarks, which start jobs of this program and compare what the jobs print or write.
///
///     let report = try Benchmark(commands, observer).speed(BenchChoices(data: "mnist"))
///     try report.write(to: "bench.json")
///
/// Each benchmark throws ``Interruption`` where this process is asked to end, and `Failure` where a
/// job cannot be run; then no job that the benchmark started is left, and no file.
package struct Benchmark {
  private let commands: any ChildCommands
  private let observer: any BenchObserver

  /// Benchmarks whose jobs `commands` spells and whose progress `observer` is told.
  package init(_ commands: any ChildCommands, _ observer: any BenchObserver) {
    self.commands = commands
    self.observer = observer
  }

  /// Measures how fast training is for every number of ranks; with `peers`, also how fast other
  /// programs are.
  package func speed(_ choices: BenchChoices, peers: PeerBench? = nil) throws -> BenchReport {
    let job = MPIJob()
    let plan = BenchPlan(choices, cores: job.command.cores.count)
    return try ScratchFolder.with { scratch in
      var run = BenchRun(
        plan, job, commands: commands, scratch: scratch, peers: peers, observer: observer)
      return try run.perform()
    }
  }

  /// Trains in many ways and compares the bits. `steps` or `precision` is chosen by the benchmark
  /// where it is nil. Several hosts are made by the script at the path `hostMaker`, where there is one
  /// and it can make any.
  package func proof(
    _ choices: BenchChoices, steps: Int?, precision: Precision?, hostMaker: String?
  ) throws -> ProofReport {
    let job = MPIJob()
    var hosts: PretendedHosts?
    var obstacle: String? = "scripts/bench tries two, made of this machine"
    if let hostMaker {
      do {
        (hosts, obstacle) = (try PretendedHosts(hostMaker, job), nil)
      } catch let failure as Failure {
        obstacle = failure.sentence.text(in: commands.vocabulary)
      }
    }
    let plan = ProofPlan(
      choices, cores: job.command.cores.count, steps: steps, precision: precision, hosts: hosts,
      obstacle: obstacle)
    return try ScratchFolder.with { scratch in
      var run = ProofRun(plan, job, commands: commands, scratch: scratch, observer: observer)
      return try run.perform()
    }
  }

  /// Measures the exchange between several machines; the launcher's options `machines` name them.
  package func exchanges(_ choices: BenchChoices, machines: [String]) throws -> ExchangeReport {
    var run = ExchangeRun(
      ExchangeComparison(choices, machines: machines), MPIJob(), commands: commands,
      observer: observer)
    return try run.perform()
  }
}

/// What a benchmark found: lines for a person, and members for a JSON file.
package protocol BenchResult: Encodable {
  /// All lines, as a person reads them.
  var lines: [String] { get }
}

extension BenchResult {
  /// Writes the JSON file at `path`, which is replaced if it exists.
  package func write(to path: String) throws {
    try OutputFile.replace(path) { try $0.write(Array(JSONText.pretty(self).utf8)) }
  }
}
