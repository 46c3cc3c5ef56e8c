public import Kernels

/// A fully connected layer, y = x W + b.
///
/// The parameters are one matrix (inputs + 1, outputs) whose last row is the bias. The inputs have
/// a last column of ones, so that one product xᵀ δ gives the gradient of the weights and of the
/// bias.
public struct LinearLayer: Sendable {
  /// The layer's index in ``ParameterLayout/layers``.
  let number: Int

  /// The name of the layer, as in `fc1`.
  public let name: String

  /// The number of inputs, without the column of ones.
  public let inputs: Int

  /// The number of outputs.
  public let outputs: Int

  /// Where the layer's matrix starts among all parameters, in floats.
  public let offset: Int

  /// Where the layer's matrix lies among all parameters, in floats.
  public var range: Range<Int> { offset..<offset + (inputs + 1) * outputs }

  /// The layer's part of all `parameters`, (inputs + 1, outputs): the weights, then the bias.
  public func matrix(_ parameters: Vector) -> Matrix {
    parameters.matrix(at: offset, rows: inputs + 1, columns: outputs)
  }

  /// The layer's weights among all `parameters`, (inputs, outputs).
  public func weights(_ parameters: Vector) -> Matrix {
    matrix(parameters).rows(0..<inputs)
  }

  /// The layer's bias among all `parameters`, (1, outputs).
  public func bias(_ parameters: Vector) -> Matrix {
    matrix(parameters).rows(inputs..<inputs + 1)
  }

  /// Computes `output` (n, outputs) = `epilogue`(x W + b) from `input` x (n, inputs).
  func forward(
    _ input: Operand, parameters: Parameters, into output: Operand, epilogue: Epilogue,
    engine: MatrixEngine
  ) {
    engine.multiply(
      input, parameters.weights(of: self), into: output, bias: parameters.bias(of: self),
      epilogue: epilogue)
  }

  /// Computes the gradient of the loss by the inputs, `inputGradient` (n, inputs) =
  /// `epilogue`(δ Wᵀ), from `delta` δ (n, outputs).
  func backward(
    _ delta: Operand, parameters: Parameters, into inputGradient: Operand, epilogue: Epilogue,
    engine: MatrixEngine
  ) {
    engine.multiply(
      delta, parameters.transposedWeights(of: self), into: inputGradient, epilogue: epilogue)
  }
}
