internal import Checkpoints
internal import Engine
internal import Formats
internal import Kernels
internal import Platform
internal import Ranks
internal import VAE

/// A trained model, to be written as a file for other programs. Used on rank zero alone.
///
/// A new format takes a case of ``Format``, whose properties the command line reads, and a case in
/// ``write(_:part:to:version:exporting:)``.
///
///     let model = try ModelExport("checkpoints/mnist")
///     try model.write(.onnx, part: .decoder, to: "decoder.onnx", version: "1.0", exporting: "")
package struct ModelExport: ~Copyable {
  /// The formats of files that can be written; the command line uses the cases' names.
  package enum Format: String, Sendable, CaseIterable {
    /// One part of the model, for any ONNX runtime.
    case onnx
    /// All parameters, under PyTorch's names.
    case safetensors
    /// A page about the model for its users, in Markdown.
    case card

    /// The end of the names of files in this format, without the dot.
    package var fileExtension: String {
      switch self {
      case .onnx: "onnx"
      case .safetensors: "safetensors"
      case .card: "md"
      }
    }

    /// Whether a file holds one ``Part`` of the model rather than the whole model.
    package var hasParts: Bool { self == .onnx }

    /// The format that the end of the file name `path` tells; nil where it tells none.
    package init?(ofFile path: String) {
      guard let format = Self.allCases.first(where: { path.hasSuffix(".\($0.fileExtension)") })
      else { return nil }
      self = format
    }
  }

  /// The parts of the model that are written as files of their own.
  package enum Part: String, Sendable, CaseIterable {
    /// Pixels to means and log variances of q(z|x), or to codes.
    case encoder
    /// z to the means of the pixels.
    case decoder
  }

  let reference: CheckpointReference
  let layout: ParameterLayout

  /// The state of the checkpoint; nil for a `.safetensors` file, or a state that cannot be read.
  let state: CheckpointState?

  /// What is told of the recipe that trained the model.
  let recipe: [RecipeFigure]

  private let memory: Buffer<Float>

  /// Reads all parameters of the checkpoint or `.safetensors` file that `path` means.
  ///
  /// - Throws: `Failure` or `FileError` where the checkpoint or file is incomplete or damaged, or memory
  ///   is lacking.
  package init(_ path: String) throws {
    let reference = try CheckpointReference(path)
    reference.warnOfPassedOver()
    let file = try SafetensorsFile(opening: reference.model)
    let layout = ParameterLayout(try ModelConfiguration(shapesOf: file))
    // Beside the parameters, an ONNX file takes three copies of them in memory: in PyTorch's order, in a
    // message of Protocol Buffers, and in the message's bytes.
    try MachineMemory.require(
      4 * layout.count * MemoryLayout<Float>.stride, for: "exporting this model",
      advice: "use a larger machine")
    let memory = Buffer<Float>(repeating: 0, count: layout.count)
    try TensorFile.read([("", memory.vector)], layout, from: file)
    // A model can be used without the state beside it.
    let state = reference.directory == nil ? nil : try? reference.state()
    recipe = try reference.toldFigures(state)
    self.reference = reference
    self.layout = layout
    self.memory = memory
    self.state = state
  }

  /// Writes the model to `path`.
  ///
  /// - Parameters:
  ///   - format: the format of the file.
  ///   - part: the part to write for a format that ``Format/hasParts``; nil for any other.
  ///   - path: the file, which is replaced if it exists.
  ///   - version: the version of this program.
  ///   - command: the command of this program that writes `decoder.onnx`, which a card names.
  /// - Throws: `Failure` with `usage` where the parameters exceed the 2 GiB of an ONNX file, or `FileError`.
  package func write(
    _ format: Format, part: Part?, to path: String, version: String, exporting command: String
  ) throws {
    precondition(
      (part != nil) == format.hasParts, "\(format) with part \(String(describing: part))")
    switch format {
    case .onnx: try writeONNX(part!, to: path, version: version)
    case .safetensors:
      try OutputFile.replace(path) { try $0.write(contentsOf: reference.model) }
    case .card:
      let text = ModelCard(self, version: version, exporting: command).text
      try OutputFile.replace(path) { try $0.write(Array(text.utf8)) }
    }
  }
}

extension ModelExport {
  private func writeONNX(_ part: Part, to path: String, version: String) throws {
    let size = layout.count * MemoryLayout<Float>.stride
    guard size <= ONNXNetwork.largestSize else {
      throw Failure(
        .usage,
        "\(reference.model): \(size) bytes of parameters are more than the 2 GiB that an ONNX file "
          + "can hold; use \(setting: .format, "safetensors")")
    }
    let network =
      switch part {
      case .encoder: encoder
      case .decoder: decoder
      }
    let sizes = layout.configuration
    let bytes = network.encode(
      description: "The \(part.rawValue) of \(sizes.kindNameWithArticle), \(sizes.summary).",
      producerVersion: version, metadata: facts.map { ("lockstep.\($0.key)", $0.value) })
    try OutputFile.replace(path) { try $0.write(bytes) }
  }

  private var encoder: ONNXNetwork {
    let sizes = layout.configuration
    var network = ONNXNetwork("encoder")
    network.addInput("pixels", size: sizes.pixels, description: "0 black to 1 white, row by row")
    let last = add(layout.encoderLayers, from: inputs("pixels", in: &network), in: &network)
    let parts = layout.parts(of: layout.encoderLayers.upperBound - 1)
    let outputs =
      sizes.kind.draws
      ? [
        ("mean", "the mean of q(z|x)"), ("log_variance", "the logarithm of its variance"),
      ] : [("code", "a point of the latent space")]
    for (part, output) in zip(parts, outputs) {
      add(part.name, from: last, to: output.0, in: &network)
      network.addOutput(output.0, size: sizes.latent, description: output.1)
    }
    return network
  }

  private var decoder: ONNXNetwork {
    let sizes = layout.configuration
    var network = ONNXNetwork("decoder")
    network.addInput("z", size: sizes.latent, description: "a point of the latent space")
    let last = add(layout.decoderLayers, from: inputs("z", in: &network), in: &network)
    add(layout.parts(of: layout.layers.count - 1)[0].name, from: last, to: "logits", in: &network)
    network.addActivation(.sigmoid, "logits", to: "pixels")
    network.addOutput("pixels", size: sizes.pixels, description: "means from 0 to 1, row by row")
    return network
  }

  /// The value that the first layer reads: `input`, in a conditional model with the label beside it.
  private func inputs(_ input: String, in network: inout ONNXNetwork) -> String {
    let labels = layout.configuration.labels
    guard labels > 0 else { return input }
    network.addInput("label", size: labels, description: "1 at the place of the label, 0 elsewhere")
    network.addConcatenation([input, "label"], to: "\(input)_and_label")
    return "\(input)_and_label"
  }

  /// Adds all of `layers` but the last, with the activation after each, and returns the value that the last
  /// one reads. With one hidden layer, that is `hidden`.
  private func add(
    _ layers: Range<Int>, from input: String, in network: inout ONNXNetwork
  ) -> String {
    var last = input
    for number in layers.dropLast() {
      let (name, hidden) = (
        layout.parts(of: number)[0].name, layers.count == 2 ? "hidden" : "hidden\(number + 1)"
      )
      add(name, from: last, to: name, in: &network)
      switch layout.configuration.activation {
      case .relu: network.addActivation(.rectifier, name, to: hidden)
      case .tanh: network.addActivation(.tanh, name, to: hidden)
      }
      last = hidden
    }
    return last
  }

  private func add(
    _ layer: String, from input: String, to output: String, in network: inout ONNXNetwork
  ) {
    network.addLinear(
      input, weight: parameter("\(layer).weight"), bias: parameter("\(layer).bias"), to: output)
  }

  private func parameter(_ name: String) -> ONNXNetwork.Parameter {
    guard let tensor = layout.tensors.first(where: { $0.name == name }) else {
      preconditionFailure("the model has no \(name)")
    }
    let values = tensor.view(of: memory.vector).elements
    return ONNXNetwork.Parameter(name, shape: tensor.shape, values: values)
  }

  /// The sizes of the model, what is told of its recipe and, where the checkpoint has a state, the run's
  /// figures.
  private var facts: [(key: String, value: String)] {
    let sizes = layout.configuration
    let model = [
      ("pixels", "\(sizes.pixels)"), ("hidden", "\(sizes.hidden)"), ("latent", "\(sizes.latent)"),
    ]
    let progress = state.map {
      [("step", "\($0.progress.step)"), ("epoch", "\($0.progress.epoch)")]
    }
    return model + (progress ?? []) + recipe.map { ($0.key, $0.text) }
      + (state?.testLoss.map { [("test_loss", "\($0)")] } ?? [])
  }
}
