internal import ArgumentParser
internal import Images
internal import Inference
internal import MPI
internal import Platform
internal import Ranks

/// `lockstep reconstruct`.
struct Reconstruct: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw test images above their reconstructions.",
    usage: "lockstep reconstruct <checkpoint> --output <output> [options]",
    discussion: """
      Each pair of rows is originals above and the decoded means of their codes below.

        lockstep reconstruct checkpoints/mnist --output reconstructions.png
        lockstep reconstruct checkpoints/mnist --count 100 --columns 20 --output x.png
      """)

  @OptionGroup var checkpoint: CheckpointArgument
  @OptionGroup var data: ImageOptions
  @OptionGroup var threads: ThreadOption
  @OptionGroup var scale: ScaleOption

  @Option(parsing: .unconditional, help: "How many images.")
  var count = 32

  @Option(parsing: .unconditional, help: "How many of them stand side by side.")
  var columns = 8

  @Option(help: "The file to write, .png.", completion: .file(extensions: ["png"]))
  var output: String

  func validate() throws {
    _ = try FileFormat(path: output, among: .png)
    guard (1...10_000).contains(count) else {
      throw ValidationError("--count must be from 1 to 10000")
    }
    guard (1...100).contains(columns) else {
      throw ValidationError("--columns must be from 1 to 100")
    }
  }

  func run() throws {
    Job.run { world in
      let model = try checkpoint.read(threads: threads.count, among: world)
      let data = try model.readData(data.asked, .test, among: world)
      try threads.inference(model).writeReconstructions(
        of: data.splits[0], count: count, columns: columns, to: output, scale: scale.scale,
        among: world)
      try data.free()
      return .done
    }
  }
}
