internal import ArgumentParser
internal import Engine
internal import Images
internal import Inference
internal import Logging
internal import MPI
internal import Platform
internal import Ranks
internal import Reports
internal import VAE

/// `lockstep evaluate`.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell a checkpoint's loss on the test images.",
    usage: "lockstep evaluate <checkpoint> [options]",
    discussion: """
      The loss is the epoch row's test_loss, to the last digit: cross-entropy of the pixels plus \
      divergence, one sample of z, mean per image, in nats. Images are shown as in training, and \
      all black and white ones as in the fixed binarisation: their losses compare with one another, \
      and not with those of grey pixels. \
      Active units, which a plain autoencoder has none of, are latents whose mean varies by more than \
      0.01 from image to image.

        lockstep evaluate checkpoints/mnist --json
        mpirun -n 2 lockstep evaluate checkpoints/mnist --importance-samples 5000
      """)

  @OptionGroup var checkpoint: CheckpointArgument
  @OptionGroup var data: ImageOptions
  @OptionGroup var threads: ThreadOption

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Also tell the importance-weighted bound on log p(x), of a conditional model on log p(x | label), "
        + "with this many samples of z; of a run it is kept for its report.", valueName: "k"))
  var importanceSamples: Int?

  @Option(
    help: ArgumentHelp(
      "The file to write each image's bound and the bound's sampling error to, .npy.",
      valueName: "file"),
    completion: .file(extensions: ["npy"]))
  var perImage: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tell the bound of the images done, and end with code 75, after this many seconds.",
      valueName: "seconds"))
  var stopAfter: Double?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(help: ArgumentHelp("A progress bar on standard error.", valueName: "when"))
  var progress = ProgressMode.auto

  func validate() throws {
    if let importanceSamples, importanceSamples < 1 {
      throw ValidationError("--importance-samples must be at least 1")
    }
    // The number of a sample is a word of a random number's address.
    if let importanceSamples, importanceSamples > 1_000_000_000 {
      throw ValidationError("--importance-samples must be at most 1000000000")
    }
    if let stopAfter, !(stopAfter >= 0 && stopAfter <= 1e9) {
      throw ValidationError("--stop-after must be a number of seconds, not negative")
    }
    if let perImage { _ = try FileFormat(path: perImage, of: "--per-image", among: .npy) }
    for (flag, isGiven) in [("--per-image", perImage != nil), ("--stop-after", stopAfter != nil)] {
      if isGiven && importanceSamples == nil {
        throw ValidationError("\(flag) is for a bound: give --importance-samples, too")
      }
    }
  }

  func run() throws {
    let stop = StopSignal()
    if importanceSamples != nil {
      stop.listen(telling: "stopping, with the images done so far; again ends at once")
    }
    let bar = progress.bar
    Job.run { world in
      let model = try checkpoint.read(threads: threads.count, among: world)
      if importanceSamples != nil { try requireLatents(model) }
      let data = try model.readData(data.asked, .test, among: world)
      let test = data.splits[0]
      let inference = try threads.inference(model)
      let loss = try loss(inference, test, seed: model.seed, among: world)
      let kind = model.layout.configuration.kind
      let units = kind.draws ? try inference.activeUnits(test, among: world) : nil
      var result = Evaluation(
        loss, of: test.count, shown: model.shown, latent: inference.latent, units)
      if let samples = importanceSamples, let units {
        let bound = try bound(model.seed, world.rank == 0 ? bar : nil, stop)
          .compute(inference, test, among: world)
        result.add(bound, samples: samples, isConditional: kind == .conditional)
        if world.rank == 0, result.isWhole, let origin = model.origin(testedOn: data) {
          keep(
            LikelihoodRecord(bound, samples: samples, of: origin, shown: model.shown, units),
            in: origin)
        }
      }
      try data.free()
      try world.tell([json ? result.json : result.lines])
      return result.isWhole ? .done : .stopped
    }
  }

  /// Makes sure that the model draws latents.
  ///
  /// - Throws: on all ranks, where it does not, and so has no likelihood.
  private func requireLatents(_ model: borrowing TrainedModel) throws {
    guard !model.layout.configuration.kind.draws else { return }
    throw SharedFailure(
      Failure(
        .usage,
        "\(setting: .importanceSamples) is for models that draw latents, and "
          + "\(checkpoint.checkpoint) is a plain autoencoder, which has no likelihood: leave it out"
      ))
  }

  /// The bound that the flags ask for, with a bar on rank zero.
  private func bound(_ seed: UInt64, _ bar: ProgressBar?, _ stop: StopSignal) -> LikelihoodBound {
    LikelihoodBound(samples: importanceSamples ?? 1, seed: seed, perImage: perImage, bar: bar) {
      stop.isRequested
        || stopAfter.map { ContinuousClock.now - stop.start >= .seconds($0) } ?? false
    }
  }

  /// The mean losses of the images; collective.
  ///
  /// - Throws: on all ranks, where they are not finite.
  private func loss(
    _ inference: borrowing InferenceSession, _ test: Dataset, seed: UInt64,
    among world: borrowing Communicator
  ) throws -> Loss {
    let loss = try inference.evaluate(test, seed: seed, among: world).mean
    guard loss.total.isFinite else {
      throw SharedFailure(
        Failure(
          .disagreement,
          "\(checkpoint.checkpoint): the loss of this model is not finite; use another checkpoint"))
    }
    return loss
  }

  /// Keeps a whole bound in the directory of the model's run, for the run's report; on rank zero alone. A
  /// directory that cannot be written to is told of, and changes nothing else.
  private func keep(_ record: LikelihoodRecord?, in origin: ModelOrigin) {
    do {
      try record?.write(toRun: origin.run)
    } catch {
      Logger.lockstep.tell(
        .warning, "the bound is told here alone, and not kept for the run's report: \(error)")
    }
  }
}
