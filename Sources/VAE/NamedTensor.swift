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
    layers.flatMap { layer in
      parts(of: layer.number).flatMap { part in
        [false, true].map {
          NamedTensor(part.name, layer, columns: part.outputs, isBias: $0)
        }
      }
    }
  }

  /// The names under which files have the layer with index `number`, each with the layer's outputs that it
  /// stands for.
  ///
  /// Layers are numbered from `fc1` on, the encoder's first. In PyTorch's public example, means and log
  /// variances have a layer each, `fc21` and `fc22`; in ``ParameterLayout`` one layer has both, side by side.
  package func parts(of number: Int) -> [(name: String, outputs: Range<Int>)] {
    let (name, latent) = ("fc\(number + 1)", configuration.latent)
    guard number == encoderLayers.upperBound - 1, configuration.kind.draws else {
      return [(name, 0..<layers[number].outputs)]
    }
    return [(name + "1", 0..<latent), (name + "2", latent..<2 * latent)]
  }
}
