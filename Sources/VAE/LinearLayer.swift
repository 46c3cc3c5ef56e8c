public import Kernels

/// A fully connected layer, y = x W + b.
///
/// Its parameters are one matrix (inputs + 1, outputs) whose last row is the bias. Its inputs carry
/// a last column of ones, so that one product xᵀ δ gives the gradient of weights and bias.
public struct LinearLayer: Sendable {
  /// Its place among the model's layers.
  let number: Int

  /// The name of the layer, as in `fc1`.
  public let name: String

  /// The number of inputs, without the column of ones.
  public let inputs: Int

  /// The number of outputs.
  public let outputs: Int

  /// Where the layer's matrix begins among all parameters.
  public let offset: Int

  /// Where the layer's matrix lies among all parameters.
  public var range: Range<Int> { offset..<offset + (inputs + 1) * outputs }

  /// The weights (inputs, outputs) and, below them, the bias, within all `parameters`.
  public func matrix(_ parameters: Vector) -> Matrix {
    parameters.matrix(at: offset, rows: inputs + 1, columns: outputs)
  }

  /// The weights (inputs, outputs) within all `parameters`.
  public func weights(_ parameters: Vector) -> Matrix {
    matrix(parameters).rows(0..<inputs)
  }

  /// The bias (1, outputs) within all `parameters`.
  public func bias(_ parameters: Vector) -> Matrix {
    matrix(parameters).rows(inputs..<inputs + 1)
  }

  /// Computes `output` (n, outputs) = `epilogue`(x W + b) from `input` (n, inputs).
  func forward(
    _ input: Operand, parameters: Parameters, into output: Operand, epilogue: Epilogue,
    engine: MatrixEngine
  ) {
    engine.multiply(
      input, parameters.weights(of: self), into: output, bias: parameters.bias(of: self),
      epilogue: epilogue)
  }

  /// Computes the loss's gradient by the inputs, (n, inputs) = `epilogue`(δ Wᵀ), from `delta`
  /// (n, outputs).
  func backward(
    _ delta: Operand, parameters: Parameters, into inputGradient: Operand, epilogue: Epilogue,
    engine: MatrixEngine
  ) {
    engine.multiply(
      delta, parameters.transposedWeights(of: self), into: inputGradient, epilogue: epilogue)
  }
}
