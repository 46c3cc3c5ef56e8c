public import Kernels

/// A parameter as PyTorch's public example names and shapes it, and where it lies here.
public struct NamedTensor: Sendable {
  /// The name, as in `fc21.weight`.
  public let name: String

  /// The shape: [outputs, inputs] of a weight, [outputs] of a bias.
  public let shape: [Int]

  private let layer: LinearLayer
  private let columns: Range<Int>

  private var isBias: Bool { shape.count == 1 }

  /// The elements within all `parameters`, in PyTorch's order: (outputs, inputs) or (1, outputs).
  public func view(of parameters: Vector) -> Matrix {
    isBias
      ? layer.bias(parameters).columns(columns)
      : layer.weights(parameters).columns(columns).transposed
  }

  fileprivate init(_ name: String, _ layer: LinearLayer, _ columns: Range<Int>, isBias: Bool) {
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
      ("fc1", layers[0], 0..<layers[0].outputs),
      ("fc21", layers[1], 0..<latent), ("fc22", layers[1], latent..<2 * latent),
      ("fc3", layers[2], 0..<layers[2].outputs), ("fc4", layers[3], 0..<layers[3].outputs),
    ]
    return parts.flatMap { name, layer, columns in
      [false, true].map { NamedTensor(name, layer, columns, isBias: $0) }
    }
  }

  /// Sets `parameters` to PyTorch's default: uniform in ±1/√inputs, weights and biases.
  ///
  /// He, Zhang, Ren, Sun 2015 with a = √5, as in `torch.nn.Linear.reset_parameters`. The draws are
  /// addressed by tensor and element in PyTorch's order, so they depend on `seed` alone.
  public func initialize(_ parameters: Vector, seed: UInt64) {
    parameters.fill(0)
    let stream = RandomStream(seed: seed, purpose: .initialization)
    for (number, tensor) in tensors.enumerated() {
      let view = tensor.view(of: parameters)
      let draws = Buffer<Float>(repeating: 0, count: view.rows * view.columns)
      let bound = 1 / Float(tensor.inputs).squareRoot()
      stream.fillUniform(draws.vector, position: number, from: -bound, to: bound)
      view.copy(from: draws.vector.matrix(rows: view.rows, columns: view.columns))
    }
  }
}

extension NamedTensor {
  /// The inputs of the layer that the tensor belongs to.
  fileprivate var inputs: Int { layer.inputs }
}
