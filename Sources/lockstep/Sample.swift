internal import ArgumentParser
internal import MPI
internal import Training
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
        mpirun -n 2 lockstep sample checkpoints/mnist --count 1000000 --output x.npy
      """)

  @OptionGroup var checkpoint: CheckpointArgument
  @OptionGroup var threads: ThreadOption

  @Option(parsing: .unconditional, help: "How many images.")
  var count = 64

  @Option(
    parsing: .unconditional,
    help: "What the latents are drawn from. (default: the run's seed)")
  var seed: UInt64?

  @Flag(help: "Let each row of the sheet lead from one image to another.")
  var walk = false

  @Option(help: "The file to write, .png or .npy.", completion: .file())
  var output: String

  @OptionGroup var telling: OutputOptions

  func validate() throws {
    let format = try ImageFormat(path: output)
    let largest = 1_000_000_000
    guard (1...largest).contains(count) else {
      throw ValidationError("--count must be from 1 to \(largest)")
    }
    if format == .png && count > 10_000 {
      throw ValidationError("--count must be at most 10000 for a sheet; use a .npy file for more")
    }
  }

  func run() throws {
    telling.takeEffect()
    let bar = telling.bar
    let isQuiet = telling.quiet
    Job.run { world in
      let model = try TrainedModel(
        checkpoint.checkpoint, threads: threads.count, among: world)
      let inference = try threads.inference(model)
      let console = world.rank == 0 ? SampleConsole(count, bar) : nil
      try write(model, inference, console, among: world)
      if !isQuiet { console?.end() }
      return .done
    }
  }

  private func write(
    _ model: borrowing TrainedModel, _ inference: borrowing Inference, _ console: SampleConsole?,
    among world: borrowing Communicator
  ) throws {
    defer { console?.clear() }
    let columns = Int(Double(count).squareRoot().rounded(.up))
    let seed = seed ?? model.seed
    let latents = walk ? Inference.walk(seed: seed, steps: columns) : Inference.prior(seed: seed)
    let pixels = model.layout.configuration.pixels
    let side = Int(Double(pixels).squareRoot())
    let shape = side * side == pixels ? [side, side] : [1, pixels]
    if output.hasSuffix(".png") {
      try inference.writeSheet(
        of: count, latents: latents, columns: columns, to: output, rows: shape[0], among: world)
      console?.update(count)
    } else {
      try ArrayFile.write([count] + shape, to: output, among: world) { write in
        try inference.decode(count, among: world, latents: latents) { positions, images in
          try write(images)
          console?.update(positions.upperBound)
        }
      }
    }
  }
}
