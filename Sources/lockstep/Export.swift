internal import ArgumentParser
internal import Reports

/// `lockstep export`.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model for other programs: ONNX, safetensors, or its card.",
    usage: "lockstep export <checkpoint> --output <output> [options]",
    discussion: """
      An .onnx file (operator set 17) holds one part. The encoder takes pixels (batch, pixels) and \
      gives mean and log_variance (batch, latent); the decoder takes z (batch, latent) and gives \
      pixels, means from 0 to 1. The card tells people what the model is, with the run's figures.

        lockstep export checkpoints/mnist --part decoder --output decoder.onnx
        lockstep export checkpoints/mnist --output model.safetensors
        lockstep export checkpoints/mnist --output README.md
      """)

  @OptionGroup var checkpoint: CheckpointArgument

  @Option(
    help: ArgumentHelp(
      "onnx, safetensors or card. (default: what --output's .onnx, .safetensors or .md says)"))
  var format: ModelExport.Format?

  @Option(help: "Which part of the model, for onnx: encoder or decoder.")
  var part: ModelExport.Part?

  @Option(help: "The file to write.", completion: .file(extensions: ["onnx", "safetensors", "md"]))
  var output: String

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output must name a file, not be empty") }
    switch (try chosenFormat, part) {
    case (.onnx, nil):
      throw ValidationError("--part must be encoder or decoder: an ONNX file holds one of them")
    case (.safetensors, .some), (.card, .some):
      throw ValidationError("--part is for --format onnx: the others are of the whole model")
    default: break
    }
  }

  func run() throws {
    Job.runAlone { try write() }
  }

  private func write() throws {
    let model = try ModelExport(checkpoint.checkpoint)
    let version = Version.number
    switch try chosenFormat {
    case .onnx: try model.writeONNX(part ?? .decoder, to: output, version: version)
    case .safetensors: try model.writeSafetensors(to: output)
    case .card: try model.writeCard(to: output, version: version)
    }
  }

  /// The format that was named, or that the file's name tells.
  private var chosenFormat: ModelExport.Format {
    get throws {
      if let format { return format }
      if output.hasSuffix(".onnx") { return .onnx }
      if output.hasSuffix(".safetensors") { return .safetensors }
      if output.hasSuffix(".md") { return .card }
      throw ValidationError(
        "--output must end in .onnx, .safetensors or .md, or --format say what to write")
    }
  }
}
