public import Kernels

extension ParameterLayout {
  /// Sets `parameters` to the initial values of PyTorch's default: weights and biases are uniform
  /// in ±1/√inputs, and gaps are zero.
  ///
  /// He, Zhang, Ren, Sun 2015 with a = √5, as in `torch.nn.Linear.reset_parameters`. A draw's
  /// address is the tensor and the element in PyTorch's order, so the values depend on `seed`
  /// alone.
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
