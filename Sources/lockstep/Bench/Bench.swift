internal import ArgumentParser
internal import Benchmarks
internal import Platform

/// `lockstep bench`.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell how fast training is, and how far from the limit.",
    usage: "lockstep bench [options]",
    discussion: """
      Starts mpirun (MPICH's mpiexec.hydra) itself, for every number of ranks up to the cores, each \
      setting in turn and several rounds of all, and prints one table. Nothing else should run \
      meanwhile. --help-hidden adds flags that set how long it measures.

        lockstep bench --quick
        lockstep bench --ranks 1,2 --batch-sizes 128,1024 --json bench.json
        lockstep bench --predict --from bench.json --bandwidth 25
        lockstep bench --prove
        lockstep bench --exchanges --host left:2,right:2
      """)

  @OptionGroup var data: DataOption

  @Flag(help: "Only batches of 128 and short runs: less than a minute.")
  var quick = false

  @Option(
    help: ArgumentHelp(
      "The file of all figures. (default: bench.json; for --prove and --exchanges none)",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var json: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many rounds. (default: 5, with --quick 3)", valueName: "n", visibility: .hidden))
  var rounds: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Seconds of training in one measurement. (default: as three minutes allow)",
      visibility: .hidden))
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
      "Also measure JAX and PyTorch, from a virtual environment with jax, torch and mpi4py.",
      valueName: "venv"), completion: .directory)
  var peers: String?

  @OptionGroup(title: "Proof") var proof: ProofOptions
  @OptionGroup(title: "Exchange") var exchange: ExchangeOptions
  @OptionGroup(title: "Prediction") var prediction: PredictionOptions

  @Option(
    help: ArgumentHelp("The folder of the peers' scripts.", visibility: .private),
    completion: .directory)
  var peerScripts = "scripts/peers"

  @Option(
    help: ArgumentHelp("The script that makes hosts of this machine.", visibility: .private),
    completion: .file())
  var hostMaker: String?

  func validate() throws {
    if Launcher.isPresent {
      throw ValidationError(
        "bench starts mpirun itself: run it without, as in lockstep bench --ranks 1,2")
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
    if let peers, !FileSystem.canExecute("\(peers)/bin/python") {
      throw ValidationError("--peers must name a Python virtual environment; \(peers) is none")
    }
    if [proof.prove, exchange.exchanges, prediction.predict].count(where: { $0 }) > 1 {
      throw ValidationError("--prove, --exchanges and --predict are three things: choose one")
    }
    try refuseIgnoredFlags()
    if json?.isEmpty == true { throw ValidationError("--json must name a file") }
  }
}

/// Whole numbers from 1, separated by commas.
struct NumberList: ExpressibleByArgument {
  let numbers: [Int]

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    numbers = words.compactMap { Int($0) }.filter { $0 >= 1 }
    guard numbers.count == words.count else { return nil }
  }
}
