internal import ArgumentParser
internal import Artifacts
internal import Glibc
internal import Training

/// `lockstep bench`.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell how fast training is, and how far from the limit.",
    usage: "lockstep bench [options]",
    discussion: """
      Starts mpirun itself, for every number of ranks up to the cores, each setting in turn and \
      several rounds of all, and prints one table. Nothing else should run meanwhile.

        lockstep bench --quick
        lockstep bench --ranks 1,2 --batch-sizes 128,1024 --json bench.json
        lockstep bench --predict --from bench.json --bandwidth 25
      """)

  @OptionGroup var data: DataOption

  @Flag(help: "Only batches of 128 and short runs: less than a minute.")
  var quick = false

  @Option(help: ArgumentHelp("The file to write all figures to.", valueName: "file"))
  var json = "bench.json"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many rounds. (default: 5, with --quick 3)"))
  var rounds: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seconds of training in one measurement. (default: as three minutes allow)"))
  var seconds: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Rank counts, as in 1,2. (default: up to the cores)", valueName: "list"))
  var ranks: NumberList?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Batch sizes. (default: 128,512,2048)", valueName: "list"))
  var batchSizes: NumberList?

  @Option(
    help: ArgumentHelp(
      "Also measure JAX and PyTorch from this Python virtual environment, with jax, torch, "
        + "mpi4py and numpy.",
      valueName: "venv"))
  var peers: String?

  @OptionGroup(title: "Prediction") var prediction: PredictionOptions

  @Option(help: ArgumentHelp("The folder of the peers' scripts.", visibility: .hidden))
  var peerScripts = "scripts/peers"

  func validate() throws {
    if Launcher.isPresent {
      throw ValidationError("bench starts mpirun itself and must not be started by it")
    }
    if let rounds, !(1...1000).contains(rounds) {
      throw ValidationError("--rounds must be from 1 to 1000")
    }
    if let seconds, !(seconds > 0 && seconds <= 600) {
      throw ValidationError("--seconds must be more than 0 and at most 600")
    }
    if let ranks, !ranks.numbers.allSatisfy({ $0 <= 1024 }) {
      throw ValidationError("--ranks must be from 1 to 1024")
    }
    if let batchSizes, !batchSizes.numbers.allSatisfy({ $0 <= 1 << 20 }) {
      throw ValidationError("--batch-sizes must be from 1 to \(1 << 20)")
    }
    if let peers, !File.isExecutable("\(peers)/bin/python") {
      throw ValidationError("--peers must name a Python virtual environment; \(peers) is none")
    }
    if json.isEmpty { throw ValidationError("--json must name a file") }
  }

  func run() throws {
    Interruption.block()
    do {
      let lines = prediction.predict ? try predict() : BenchTable(report: try measure()).lines
      for line in lines { Terminal.line(line) }
    } catch let interruption as Interruption {
      interruption.endProcess()
    } catch {
      let failure = Failure(error)
      Job.tell(failure.description)
      Glibc.exit(failure.code.rawValue)
    }
  }

  private func predict() throws -> [String] {
    let report = try BenchReport(reading: prediction.from ?? json)
    return try Prediction(
      report, prediction, ranks: ranks?.numbers, batchSizes: batchSizes?.numbers
    )
    .lines
  }

  private func measure() throws -> BenchReport {
    // Minutes of figures must not be lost for a wrong path.
    guard File.canBeWritten(json) else {
      throw Failure(.inputOutput, "\(json): cannot be written; name another file with --json")
    }
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
    try OutputFile.replace(json) { try $0.write(Array(JSONText.pretty(report).utf8)) }
    return report
  }
}

/// Numbers from 1, separated by commas.
struct NumberList: ExpressibleByArgument {
  let numbers: [Int]

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    numbers = words.compactMap { Int($0) }.filter { $0 >= 1 }
    guard numbers.count == words.count else { return nil }
  }
}
