internal import ArgumentParser
internal import Kernels
internal import MPI
internal import Training

/// `lockstep train`.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train, or go on with, a run.",
    discussion: """
      Goes on where the run directory has a checkpoint: flags that are left out then keep the run's \
      values, and one that would change the model is refused. SIGUSR1, SIGTERM, SIGHUP and Ctrl-C save \
      and end with code 75; a second one, but of SIGUSR1, ends at once. Open MPI's mpirun \
      leaves a second after SIGTERM or Ctrl-C, and returns 1; after SIGUSR1 it waits.

        lockstep train --epochs 3 --run checkpoints/short
        mpirun -n 2 lockstep train

      Flags may also come from --config and from LOCKSTEP_<FLAG>, as in LOCKSTEP_EPOCHS. --help-hidden \
      adds those for several machines and for tests.
      """)

  @OptionGroup var data: DataOption
  @OptionGroup var threads: ThreadOption

  @Option(
    name: .customLong("run"), help: ArgumentHelp("The run directory.", valueName: "dir"),
    completion: .directory)
  var directory = "checkpoints/mnist"

  // Numbers are read as they stand, a minus and all, so that complaints are about the number.

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The epoch to train up to. (default: 10)", valueName: "n"))
  var epochs: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Images of a step over all ranks, not of each as in DDP. (default: 128)", valueName: "n"))
  var batchSize: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Adam's step length. (default: 1e-3)", valueName: "x"))
  var learningRate: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What all that is random is drawn from. (default: 1)", valueName: "n"))
  var seed: UInt64?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Units of each hidden layer. (default: 400)", valueName: "n"))
  var hidden: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Dimensions of the latent space. (default: 20)", valueName: "n"))
  var latent: Int?

  @Option(
    help: ArgumentHelp(
      "What matrix products read; bf16 needs AVX-512 BF16. (default: fp32)", valueName: "format"))
  var precision: Precision?

  @Option(
    help: ArgumentHelp(
      "node: the ranks of a node share one replica; rank: each has its own. (default: node)",
      visibility: .hidden))
  var teams: TeamMode?

  @Option(
    help: ArgumentHelp(
      "What nodes exchange. all-reduce: gradients; the last bits depend on the number of nodes. "
        + "all-gather: layer inputs and deltas; the bits are those of one node. At a batch of 128 "
        + "all-gather was faster, from 512 on all-reduce: see lockstep bench --exchanges. "
        + "(default: all-reduce)", visibility: .hidden))
  var exchange: ExchangeMode?

  @Option(
    help: ArgumentHelp(
      "The number format in which gradients travel between nodes with all-reduce. bf16 halves the "
        + "bytes; what rounding loses is added to the next step's gradient, but not kept in "
        + "checkpoints: a run that goes on differs in the last bits. (default: fp32)",
      visibility: .hidden))
  var wire: Precision?

  @Option(
    help: ArgumentHelp(
      "auto: go on from the run's checkpoint; none: begin anew; or a checkpoint's path.",
      valueName: "from"))
  var resume = "auto"

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "Begin with parameters of a .safetensors file, such as PyTorch's.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var initialParameters: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "End, with a checkpoint, after this many steps in all.", valueName: "n",
      visibility: .hidden))
  var maxSteps: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Steps between two step rows of metrics.jsonl. (default: 10)", valueName: "n",
      visibility: .hidden))
  var logEvery: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Compare the teams' replicas every so many steps, too; 0: never. With all-gather they are \
      brought together in every step, and what errs before is not found. (default: before each \
      checkpoint)
      """, valueName: "n", visibility: .hidden))
  var verifyEvery: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Save also after so many steps (100) or seconds (30s). (default: epoch)", valueName: "n"))
  var checkpointEvery: CheckpointInterval?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Keep the newest n checkpoints, and the best. (default: all)", valueName: "n"))
  var keep: Retention?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Save and end with code 75 so long after the start.", valueName: "seconds"))
  var stopAfter: Double?

  @Option(
    help: ArgumentHelp(
      "Flags from a YAML file, as a run's config.yaml.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Flag(help: "Print the configuration and the plan; train nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "Event files for TensorBoard in the run directory. (default: on)", valueName: "on|off",
      visibility: .hidden))
  var tensorboard: Switch?

  @Option(
    help: ArgumentHelp(
      "At the end, write report.html into the run directory: see lockstep report.",
      valueName: "on|off", visibility: .hidden))
  var report = Switch.on

  @OptionGroup var output: OutputOptions

  func validate() throws {
    var recipe = Recipe()
    recipe.hidden = hidden ?? recipe.hidden
    recipe.latent = latent ?? recipe.latent
    recipe.batchSize = batchSize ?? recipe.batchSize
    recipe.learningRate = learningRate ?? recipe.learningRate
    if let problem = recipe.problem ?? RunConfiguration.problem(exchange, wire) {
      throw ValidationError(problem)
    }
    for (flag, value) in [
      ("--epochs", epochs), ("--max-steps", maxSteps), ("--log-every", logEvery),
    ] {
      if let value, value < 1 { throw ValidationError("\(flag) must be at least 1") }
    }
    if let epochs, epochs > RunConfiguration.mostEpochs {
      throw ValidationError("--epochs must be at most \(RunConfiguration.mostEpochs)")
    }
    if let verifyEvery, verifyEvery < 0 {
      throw ValidationError("--verify-every must be at least 0")
    }
    if let stopAfter, !(stopAfter >= 0 && stopAfter <= 1e9) {
      throw ValidationError("--stop-after must be a number of seconds, not negative")
    }
    if directory.isEmpty { throw ValidationError("--run must name a directory") }
    if resume.isEmpty {
      throw ValidationError("--resume must be auto, none or a checkpoint's path, not be empty")
    }
    if config?.isEmpty == true { throw ValidationError("--config must name a file, not be empty") }
    if initialParameters?.isEmpty == true {
      throw ValidationError("--init must name a .safetensors file, not be empty")
    }
  }

  func run() throws {
    output.takeEffect()
    let request = request
    if dryRun {
      Job.run { world in
        let dryRun = try DryRun(request, path: directory, among: world)
        if world.rank == 0 { dryRun.tell() }
        return .done
      }
    }
    let stop = StopSignal()
    // mpirun also ends ranks by SIGTERM, when one of them has failed: nobody asked to stop then.
    if Launcher.isPresent {
      stop.listen {}
    } else {
      stop.listen { Job.tell("stopping after this step, with a checkpoint; again ends at once") }
    }
    let console = output.trainingConsole
    Job.run { world in
      let run = try TrainingRun(
        request, path: directory, observer: console, stop: stop, among: world)
      let code = try run.perform()
      if world.rank == 0 { console.end(code, run: directory, resume: request.resume) }
      return code
    }
  }

  private var request: RunRequest {
    var request = RunRequest()
    request.hidden = hidden
    request.latent = latent
    request.batchSize = batchSize
    request.learningRate = learningRate
    request.seed = seed
    request.precision = precision
    request.epochs = epochs
    request.data = data.data
    request.teams = teams
    request.exchange = exchange
    request.wire = wire
    request.threadsPerRank = threads.count
    request.logEvery = logEvery
    request.verifyEvery = verifyEvery
    request.maxSteps = maxSteps
    request.checkpointEvery = checkpointEvery
    request.keep = keep
    request.tensorboard = tensorboard
    request.initialParameters = initialParameters
    request.stopAfter = stopAfter
    request.report = report == .on
    request.resume =
      switch resume {
      case "auto": .auto
      case "none": .none
      default: .checkpoint(resume)
      }
    return request
  }
}
