internal import ArgumentParser
internal import Images
internal import Inference
internal import Kernels
internal import MPI
internal import Platform
internal import Ranks
internal import VAE

/// `lockstep sample`.
struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Decode new images from the prior.",
    usage: "lockstep sample <checkpoint> --output <output> [options]",
    discussion: """
      A .png file is a sheet of the images; a .npy file holds them as floats 0…1 of shape (count, \
      rows, columns). All ranks decode, rank zero writes: the same bytes for any number of them. \
      Images go to the file as they come, so that memory does not grow with their number, and the \
      file takes its name once it is whole and on the disk. At the end a line tells images, seconds \
      and images/s.

        lockstep sample checkpoints/mnist --count 64 --output samples.png
        lockstep sample checkpoints/mnist --digits 0123456789 --output walk.png
        mpirun -n 2 lockstep sample checkpoints/mnist --count 1000000 --output x.npy
      """)

  @OptionGroup var checkpoint: CheckpointArgument
  @OptionGroup var data: ImageOptions
  @OptionGroup var threads: ThreadOption
  @OptionGroup var scale: ScaleOption

  @Option(
    parsing: .unconditional, help: "How many images. (default: 64, with --digits all rows of them)")
  var count: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The seed of random latents; without effect with --digits or on a plane. "
        + "(default: the run's seed)"))
  var seed: UInt64?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Let each row lead from one new image to another; of a model with two latents, cover their "
        + "plane by equal parts of the prior."))
  var walk: Bool?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Let each row lead from a typical test image of one digit to the next's; needs the data. "
        + "Conditional models take --label instead."))
  var digits: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The label of the images, of a conditional model. (default: all labels in turn)"))
  var label: Int?

  @Option(
    parsing: .unconditional,
    help: "Images in a row. (default: the root of --count, with --digits 10)")
  var columns: Int?

  @Option(help: "The file to write, .png or .npy.", completion: .file())
  var output: String

  @OptionGroup var telling: OutputOptions

  func validate() throws {
    let format = try FileFormat(path: output, among: .png, .npy)
    let largest = 1_000_000_000
    if let columns, !(1...1000).contains(columns) {
      throw ValidationError("--columns must be from 1 to 1000")
    }
    if let digits {
      // Bytes: a character may be a digit and an accent.
      let letters = digits.utf8
      guard (2...1000).contains(letters.count),
        letters.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
      else {
        throw ValidationError("--digits must be two digits or more, as in 0123456789")
      }
      if count != nil { throw ValidationError("--digits tells how many images: leave --count out") }
      if walk ?? false {
        throw ValidationError("--digits is a walk of its own: leave --walk out")
      }
    } else {
      guard (1...largest).contains(imageCount) else {
        throw ValidationError("--count must be from 1 to \(largest)")
      }
    }
    if format == .png && imageCount > 10_000 {
      throw ValidationError(
        "a sheet has at most 10000 images, not \(imageCount); use a .npy file for more")
    }
  }

  func run() throws {
    telling.takeEffect()
    let bar = telling.bar
    let isQuiet = telling.isQuiet
    Job.run { world in
      let model = try checkpoint.read(threads: threads.count, among: world)
      var inference = try threads.inference(model)
      try chooseLabels(model, &inference)
      let latents = try latents(model, inference, among: world)
      let log = world.rank == 0 ? SampleLog(imageCount, bar) : nil
      try write(latents, with: inference, of: model, log: log, among: world)
      if !isQuiet { log?.end() }
      return .done
    }
  }

  private var imageCount: Int {
    digits.map { ($0.count - 1) * (columns ?? 10) } ?? count ?? 64
  }

  private var rowLength: Int {
    columns ?? (digits == nil ? Int(Double(imageCount).squareRoot().rounded(.up)) : 10)
  }

  /// Chooses the labels with which a conditional model decodes: that of the flag or, where rows are walks,
  /// one for each row.
  private func chooseLabels(
    _ model: borrowing TrainedModel, _ inference: inout InferenceSession
  ) throws {
    let labels = model.layout.configuration.labels
    if let label, !(0..<labels).contains(label) {
      throw SharedFailure(
        Failure(
          .usage,
          labels == 0
            ? "--label is for conditional models, and this one is told no labels: leave it out"
            : "--label must be from 0 to \(labels - 1), the labels that this model knows"))
    }
    guard labels > 0 else { return }
    if digits != nil {
      throw SharedFailure(
        Failure(
          .usage, "--digits is for models without labels: use --label, with --walk if you like"))
    }
    if let label {
      inference.label = { _ in label }
    } else if walk ?? false {
      let columns = rowLength
      inference.label = { $0 / columns % labels }
    }
  }

  /// The function that fills in the latents of a range of positions, as the flags ask for; collective.
  private func latents(
    _ model: borrowing TrainedModel, _ inference: borrowing InferenceSession,
    among world: borrowing Communicator
  ) throws -> (Range<Int>, Matrix) -> Void {
    if let digits {
      let data = try model.readData(data.asked, .test, among: world)
      let ends = try inference.typicalCodes(
        of: digits.utf8.map { $0 - UInt8(ascii: "0") }, in: data.splits[0], among: world)
      try data.free()
      return InferenceSession.walk(past: ends, steps: rowLength)
    }
    let seed = seed ?? model.seed
    guard walk ?? false else { return InferenceSession.prior(seed: seed) }
    // Each row of a conditional model has a label of its own, unless one was asked for: the plane has no
    // rows.
    let isOneLabel = model.layout.configuration.labels == 0 || label != nil
    guard model.layout.configuration.latent == 2, isOneLabel else {
      return InferenceSession.walk(seed: seed, steps: rowLength)
    }
    return InferenceSession.plane(
      columns: rowLength, rows: (imageCount + rowLength - 1) / rowLength)
  }

  /// Decodes `latents` and writes the images, and tells `log`, which rank zero has, of the progress;
  /// collective.
  private func write(
    _ latents: (Range<Int>, Matrix) -> Void, with inference: borrowing InferenceSession,
    of model: borrowing TrainedModel, log: SampleLog?,
    among world: borrowing Communicator
  ) throws {
    defer { log?.clear() }
    if output.hasSuffix(".png") {
      let sheet = inference.sheet(
        columns: rowLength, imageHeight: model.rows, scale: scale.scale)
      try inference.writeSheet(
        sheet, of: imageCount, latents: latents, to: output, among: world)
      log?.update(imageCount)
    } else {
      let shape = [imageCount, model.rows, model.columns]
      try ArrayFile.write(shape, to: output, among: world) { write in
        try inference.decode(imageCount, among: world, latents: latents) { positions, images in
          try write(images)
          log?.update(positions.upperBound)
        }
      }
    }
  }
}
