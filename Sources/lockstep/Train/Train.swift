internal import ArgumentParser
internal import Checkpoints
internal import Inference
internal import Kernels
internal import MPI
internal import Platform
internal import Runs

/// `lockstep train`.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model, or resume a run.",
    discussion: """
      A run that has a checkpoint is resumed: flags left out keep its values, and one that would \
      change the model is refused. The last line is the model's SHA-256. SIGUSR1, SIGUSR2, SIGXCPU, \
      SIGTERM, SIGHUP and Ctrl-C save and end with code 75; a second of the last three ends it at once. Open MPI's \
      mpirun waits 1 s after SIGTERM or Ctrl-C, and returns 1.

        lockstep train --epochs 3 --run checkpoints/short
        mpirun -n 2 lockstep train

      The loss, in nats, is the cross-entropy, summed over the pixels, plus --beta times the KL \
      divergence, summed over the latents; a mean over the images. Test and validation losses, which \
      best and --patience go by, count the divergence once, with one draw of z.

      Flags may also come from --config and from LOCKSTEP_<FLAG>, as in LOCKSTEP_EPOCHS. --help-hidden \
      adds those for recipes, machines and tests.
      """)

  @OptionGroup var data: ImageOptions
  @OptionGroup var threads: ThreadOption

  @Option(
    name: .customLong("run"), help: ArgumentHelp("The run directory.", valueName: "dir"),
    completion: .directory)
  var directory = "checkpoints/mnist"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The epoch to train up to. (default: 10)", valueName: "n"))
  var epochs: Int?

  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var optimizer: OptimizerOptions
  @OptionGroup var schedule: ScheduleOptions
  @OptionGroup var validation: ValidationOptions
  @OptionGroup var teams: TeamOptions
  @OptionGroup var checkpoints: CheckpointOptions

  @Option(
    help: ArgumentHelp(
      "Flags from a YAML file, as a run's config.yaml.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Flag(inversion: .prefixedNo, help: "Print the configuration and the plan; train nothing.")
  var dryRun: Bool?

  @OptionGroup var records: RecordOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if directory.isEmpty { throw ValidationError("--run must name a directory") }
    if let problem = request.problem { throw ValidationError(problem.text(in: .commandLine)) }
    if config?.isEmpty == true { throw ValidationError("--config must name a file, not be empty") }
  }

  func run() throws {
    output.takeEffect()
    let request = request
    if request.isDryRun {
      Job.run(connectTimeout: teams.connectTimeout) { world in
        let dryRun = try DryRun(request, path: directory, among: world)
        try world.tell(dryRun.lines)
        return .done
      }
    }
    let stop = StopSignal()
    stop.listen(
      telling: "stopping after this step, with a checkpoint; again ends at once",
      isQuiet: output.isQuiet)
    let log = output.trainingLog
    Job.run(connectTimeout: teams.connectTimeout) { world in
      let end = try TrainingRun.perform(
        request, path: directory, observer: log, stop: stop, among: world)
      if world.rank == 0 { log.end(end, run: directory, resume: request.resume) }
      return end.code
    }
  }

  private var request: RunRequest {
    var request = RunRequest()
    request.data = data.asked.path
    request.transpose = data.asked.isTransposed
    request.threadsPerRank = threads.count
    request.epochs = epochs
    request.isDryRun = dryRun ?? false
    request.program = Version.program
    recipe.apply(to: &request)
    optimizer.apply(to: &request)
    schedule.apply(to: &request)
    validation.apply(to: &request)
    teams.apply(to: &request)
    checkpoints.apply(to: &request)
    records.apply(to: &request)
    return request
  }
}
