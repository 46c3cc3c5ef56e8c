internal import ArgumentParser
internal import Reports

/// `lockstep export`.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model for other programs: ONNX, safetensors, or its card.",
    usage: "lockstep export <checkpoint> --output <output> [options]",
    discussion: """
      An .onnx file (operator set 17) holds one part. The encoder takes pixels (batch, pixels) and \
      gives mean and log_variance (batch, latent), that of a plain autoencoder code (batch, latent); \
      the decoder takes z (batch, latent) and gives pixels, means from 0 to 1. Both parts of a \
      conditional model also take label (batch, labels), 1 at its place and 0 elsewhere. The card \
      tells people what the model is, with the run's figures.

        lockstep export checkpoints/mnist --part decoder --output decoder.onnx
        lockstep export checkpoints/mnist --output model.safetensors
        lockstep export checkpoints/mnist --output README.md
      """)

  @OptionGroup var checkpoint: CheckpointArgument

  @Option(help: ArgumentHelp("\(formatNames). (default: what --output's \(fileExtensions) says)"))
  var format: ModelExport.Format?

  @Option(help: "Which part of the model, for onnx: encoder or decoder.")
  var part: ModelExport.Part?

  @Option(
    help: "The file to write.",
    completion: .file(extensions: ModelExport.Format.allCases.map(\.fileExtension)))
  var output: String

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output must name a file, not be empty") }
    switch (try chosenFormat.hasParts, part) {
    case (true, nil):
      throw ValidationError("--part must be encoder or decoder: an ONNX file holds one of them")
    case (false, .some):
      throw ValidationError("--part is for --format onnx: the others are of the whole model")
    default: break
    }
  }

  func run() throws {
    Job.runAlone {
      try ModelExport(checkpoint.checkpoint).write(
        chosenFormat, part: part, to: output, version: Version.number,
        exporting: "lockstep export --part decoder --output decoder.onnx")
    }
  }

  /// The format that `--format` names or, without that flag, the end of the output's name tells.
  ///
  /// - Throws: `ValidationError` where neither tells a format.
  private var chosenFormat: ModelExport.Format {
    get throws {
      guard let format = format ?? ModelExport.Format(ofFile: output) else {
        throw ValidationError(
          "--output must end in \(Self.fileExtensions), or --format say what to write")
      }
      return format
    }
  }

  /// "onnx, safetensors or card".
  private static let formatNames = alternatives(ModelExport.Format.allCases.map(\.rawValue))

  /// ".onnx, .safetensors or .md".
  private static let fileExtensions = alternatives(
    ModelExport.Format.allCases.map { ".\($0.fileExtension)" })

  private static func alternatives(_ names: [String]) -> String {
    names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
  }
}
