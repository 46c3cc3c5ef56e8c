internal import ArgumentParser
internal import Images
internal import Inference
internal import MPI
internal import Platform
internal import Ranks
internal import VAE

/// `lockstep encode`.
struct Encode: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the codes of images: the means of q(z|x), or an autoencoder's codes.",
    usage: "lockstep encode <checkpoint> --output <output> [options]",
    discussion: """
      The .npy file holds floats of shape (images, latent), in the order of the data; a second one, \
      where asked for, what each image shows, as bytes of shape (images). In Python they are \
      X and y: fit(numpy.load("latents.npy"), numpy.load("labels.npy")).

        lockstep encode checkpoints/mnist --output latents.npy --labels labels.npy
        mpirun -n 2 lockstep encode checkpoints/mnist --output x.npy --split train
      """)

  @OptionGroup var checkpoint: CheckpointArgument
  @OptionGroup var data: ImageOptions
  @OptionGroup var threads: ThreadOption

  @Option(help: "Which images: train or test.")
  var split = Dataset.Split.test

  @Option(help: "The file to write, .npy.", completion: .file(extensions: ["npy"]))
  var output: String

  @Option(
    help: "The file to write the labels of the images to, .npy.",
    completion: .file(extensions: ["npy"]))
  var labels: String?

  func validate() throws {
    if let labels {
      _ = try FileFormat(path: labels, of: "--labels", among: .npy)
      if FileSystem.isOneFile(labels, output) {
        throw ValidationError("--labels and --output must be two files")
      }
    }
    _ = try FileFormat(path: output, among: .npy)
  }

  func run() throws {
    Job.run { world in
      let model = try checkpoint.read(threads: threads.count, among: world)
      let data = try model.readData(data.asked, split, among: world)
      let images = data.splits[0]
      let inference = try threads.inference(model)
      let shape = [images.count, model.layout.configuration.latent]
      try ArrayFile.write(shape, to: output, among: world) { write in
        try inference.encode(images, among: world) { try write($1) }
      }
      if let labels { try ArrayFile.write(labels: images, to: labels, among: world) }
      try data.free()
      return .done
    }
  }
}
