internal import ArgumentParser
internal import Engine
internal import FoundationEssentials
internal import Images
internal import Inference
internal import MPI
internal import Platform
internal import Ranks
internal import VAE

/// `lockstep evaluate`.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell a checkpoint's loss on the test images.",
    usage: "lockstep evaluate <checkpoint> [options]",
    discussion: """
      The loss is the epoch row's test_loss, to the last digit: cross-entropy of the pixels plus \
      divergence, one sample of z, mean per image, in nats. Images are shown as in training, and \
      black and white ones as in the fixed binarisation: losses of different pixels do not compare.

        lockstep evaluate checkpoints/mnist --json
        mpirun -n 2 lockstep evaluate checkpoints/mnist --importance-samples 100
      """)

  @OptionGroup var checkpoint: CheckpointArgument
  @OptionGroup var data: DataOption
  @OptionGroup var threads: ThreadOption

  @Option(
    parsing: .unconditional,
    help: "Also tell the importance-weighted bound on log p(x) with this many samples of z.")
  var importanceSamples: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if let importanceSamples, importanceSamples < 1 {
      throw ValidationError("--importance-samples must be at least 1")
    }
  }

  func run() throws {
    Job.run { world in
      let model = try checkpoint.read(threads: threads.count, among: world)
      if importanceSamples != nil, !model.layout.configuration.kind.draws {
        throw SharedFailure(
          Failure(
            .usage,
            "\(setting: .importanceSamples) is for models that draw latents, and "
              + "\(checkpoint.checkpoint) is a plain autoencoder, which has no likelihood: leave it out"
          ))
      }
      let data = try model.readData(data.data, .test, among: world)
      let test = data.splits[0]
      let inference = try threads.inference(model)
      let loss = try inference.evaluate(test, seed: model.seed, among: world).mean
      guard loss.total.isFinite else {
        throw SharedFailure(
          Failure(
            .disagreement,
            "\(checkpoint.checkpoint): the loss of this model is not finite; use another checkpoint"
          ))
      }
      let bound = try importanceSamples.map {
        try inference.importanceWeightedBound(test, samples: $0, seed: model.seed, among: world)
      }
      let result = Result(
        pixels: model.pixels, test_loss: loss.total, reconstruction: loss.reconstruction,
        kl: loss.divergence,
        images: test.count, importance_samples: importanceSamples, log_likelihood: bound)
      try data.free()
      try world.tell([json ? result.json : result.lines])
      return .done
    }
  }

  /// The members of the JSON object; those that `metrics.jsonl` has, too, have the same names there.
  private struct Result: Encodable {
    let pixels: PixelProtocol
    let test_loss: Double
    let reconstruction: Double
    let kl: Double
    let images: Int
    let importance_samples: Int?
    let log_likelihood: Double?

    var json: String {
      get throws {
        String(decoding: try JSONEncoder(.sortedKeys).encode(self), as: UTF8.self)
      }
    }

    var lines: String {
      var lines = """
        test_loss       \(test_loss)
        reconstruction  \(reconstruction)
        kl              \(kl)
        images          \(images)
        unit            nats, \(pixels.words)
        """
      if let log_likelihood, let importance_samples {
        lines += "\nlog_likelihood  \(log_likelihood)  (\(importance_samples) importance samples)"
      }
      return lines
    }
  }
}
