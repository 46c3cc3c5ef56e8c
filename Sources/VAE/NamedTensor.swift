public import Kernels

/// One parameter with the name and shape that PyTorch's public example gives it.
public struct NamedTensor: Sendable {
  /// The name, as in `fc21.weight`.
  public let name: String

  /// The shape in PyTorch: [outputs, inputs] for a weight, [outputs] for a bias.
  public let shape: [Int]

  private let layer: LinearLayer
  private let columns: Range<Int>

  private var isBias: Bool { shape.count == 1 }

  /// The number of inputs of the tensor's layer.
  var inputs: Int { layer.inputs }

  /// The tensor's elements among all `parameters`, in PyTorch's order: (outputs, inputs) for a
  /// weight, (1, outputs) for a bias.
  public func view(of parameters: Vector) -> Matrix {
    isBias
      ? layer.bias(parameters).columns(columns)
      : layer.weights(parameters).columns(columns).transposed
  }

  fileprivate init(_ name: String, _ layer: LinearLayer, columns: Range<Int>, isBias: Bool) {
    self.name = name + (isBias ? ".bias" : ".weight")
    shape = isBias ? [columns.count] : [columns.count, layer.inputs]
    self.layer = layer
    self.columns = columns
  }
}

extension ParameterLayout {
  /// All parameters under PyTorch's names, in the order of PyTorch's `state_dict`.
  public var tensors: [NamedTensor] {
    let latent = configuration.latent
    let parts = [
      (PyTorchLayer.encoderHidden.rawValue, layers[0], 0..<layers[0].outputs),
      (PyTorchLayer.mean.rawValue, layers[1], 0..<latent),
      (PyTorchLayer.logVariance.rawValue, layers[1], latent..<2 * latent),
      (PyTorchLayer.decoderHidden.rawValue, layers[2], 0..<layers[2].outputs),
      (PyTorchLayer.logits.rawValue, layers[3], 0..<layers[3].outputs),
    ]
    return parts.flatMap { name, layer, columns in
      [false, true].map { NamedTensor(name, layer, columns: columns, isBias: $0) }
    }
  }
}

/// The layers of the model, under the names that PyTorch's public example gives them.
///
/// In PyTorch, means and log variances have a layer each; in ``ParameterLayout``, one layer has
/// both, side by side.
package enum PyTorchLayer: String, CaseIterable, Sendable {
  /// The hidden layer of the encoder: pixels to hidden units.
  case encoderHidden = "fc1"
  /// Hidden units to the means of q(z|x).
  case mean = "fc21"
  /// Hidden units to the log variances of q(z|x).
  case logVariance = "fc22"
  /// The hidden layer of the decoder: z to hidden units.
  case decoderHidden = "fc3"
  /// Hidden units to the logits of the pixels.
  case logits = "fc4"

  /// The name of the layer's weights, of shape [outputs, inputs].
  package var weight: String { "\(rawValue).weight" }

  /// The name of the layer's biases, of shape [outputs].
  package var bias: String { "\(rawValue).bias" }
}
