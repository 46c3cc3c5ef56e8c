internal import Checkpoints
internal import Engine
internal import Formats
internal import Kernels
internal import Platform
internal import Ranks
internal import VAE

/// A trained model as a file for other programs. Rank zero's alone.
package struct ModelExport: ~Copyable {
  /// What other programs read.
  package enum Format: String, Sendable, CaseIterable {
    /// One part of the model, for any ONNX runtime.
    case onnx
    /// All parameters, under PyTorch's names.
    case safetensors
    /// What people want to know of the model, in Markdown.
    case card
  }

  /// What an ONNX file can hold.
  package enum Part: String, Sendable, CaseIterable {
    /// Pixels to mean and log variance of q(z|x).
    case encoder
    /// z to the means of the pixels.
    case decoder
  }

  let reference: CheckpointReference
  let layout: ParameterLayout
  let state: CheckpointState?
  private let memory: Buffer<Float>

  /// Reads the checkpoint that `path` means, every tensor of it.
  ///
  /// - Throws: `Failure` or `FileError` where it is not whole.
  package init(_ path: String) throws {
    let reference = try CheckpointReference(path)
    reference.warnOfPassedOver()
    let file = try SafetensorsFile(opening: reference.model)
    let layout = ParameterLayout(try ModelConfiguration(shapesOf: file))
    // Parameters, their copies in PyTorch's order, in the message, and in its bytes.
    try MachineMemory.require(
      4 * layout.count * MemoryLayout<Float>.stride, for: "exporting this model",
      advice: "use a larger machine")
    let memory = Buffer<Float>(repeating: 0, count: layout.count)
    try TensorFile.read([("", memory.vector)], layout, from: file)
    self.reference = reference
    self.layout = layout
    self.memory = memory
    // Parameters are of use whatever the state beside them.
    state = reference.directory == nil ? nil : try? reference.state()
  }

  /// Writes `part` as ONNX to `path`; `version` is that of this program.
  ///
  /// - Throws: `Failure` with `usage` where the model is too large, or `FileError`.
  package func writeONNX(_ part: Part, to path: String, version: String) throws {
    let size = layout.count * MemoryLayout<Float>.stride
    guard size <= ONNXNetwork.largestSize else {
      throw Failure(
        .usage,
        "\(reference.model): \(size) bytes of parameters are more than the 2 GiB that an ONNX file "
          + "can hold; use --format safetensors")
    }
    let network =
      switch part {
      case .encoder: encoder
      case .decoder: decoder
      }
    let sizes = layout.configuration
    let bytes = network.encode(
      description: "The \(part.rawValue) of a variational autoencoder, \(sizes.summary).",
      producerVersion: version, metadata: facts.map { ("lockstep.\($0.key)", $0.value) })
    try OutputFile.replace(path) { try $0.write(bytes) }
  }

  /// Writes all parameters as they are in the checkpoint to `path`.
  ///
  /// - Throws: `FileError`.
  package func writeSafetensors(to path: String) throws {
    try OutputFile.replace(path) { try $0.write(contentsOf: reference.model) }
  }

  /// Writes the model's card to `path`; `version` is that of this program.
  ///
  /// - Throws: `FileError`.
  package func writeCard(to path: String, version: String) throws {
    let text = ModelCard(self, version: version).text
    try OutputFile.replace(path) { try $0.write(Array(text.utf8)) }
  }
}

extension ModelExport {
  private var encoder: ONNXNetwork {
    let sizes = layout.configuration
    var network = ONNXNetwork("encoder")
    network.addInput("pixels", size: sizes.pixels, description: "0 black to 1 white, row by row")
    addLinear("fc1", "pixels", to: "fc1", in: &network)
    network.addActivation(.rectifier, "fc1", to: "hidden")
    addLinear("fc21", "hidden", to: "mean", in: &network)
    addLinear("fc22", "hidden", to: "log_variance", in: &network)
    network.addOutput("mean", size: sizes.latent, description: "the mean of q(z|x)")
    network.addOutput(
      "log_variance", size: sizes.latent, description: "the logarithm of its variance")
    return network
  }

  private var decoder: ONNXNetwork {
    let sizes = layout.configuration
    var network = ONNXNetwork("decoder")
    network.addInput("z", size: sizes.latent, description: "a point of the latent space")
    addLinear("fc3", "z", to: "fc3", in: &network)
    network.addActivation(.rectifier, "fc3", to: "hidden")
    addLinear("fc4", "hidden", to: "logits", in: &network)
    network.addActivation(.sigmoid, "logits", to: "pixels")
    network.addOutput("pixels", size: sizes.pixels, description: "means from 0 to 1, row by row")
    return network
  }

  private func addLinear(
    _ name: String, _ input: String, to output: String, in network: inout ONNXNetwork
  ) {
    network.addLinear(
      input, weight: parameter("\(name).weight"), bias: parameter("\(name).bias"), to: output)
  }

  private func parameter(_ name: String) -> ONNXNetwork.Parameter {
    guard let tensor = layout.tensors.first(where: { $0.name == name }) else {
      preconditionFailure("the model has no \(name)")
    }
    let values = tensor.view(of: memory.vector).elements
    return ONNXNetwork.Parameter(name, shape: tensor.shape, values: values)
  }

  /// The run's figures, as far as the checkpoint tells them.
  private var facts: [(key: String, value: String)] {
    let sizes = layout.configuration
    let model = [
      ("pixels", "\(sizes.pixels)"), ("hidden", "\(sizes.hidden)"), ("latent", "\(sizes.latent)"),
    ]
    guard let state else { return model }
    let progress = state.progress
    let recipe = state.recipe.figures.filter { !$0.isSize }
    return model + [("step", "\(progress.step)"), ("epoch", "\(progress.epoch)")]
      + recipe.map { ($0.key, $0.text) } + (state.testLoss.map { [("test_loss", "\($0)")] } ?? [])
  }
}
