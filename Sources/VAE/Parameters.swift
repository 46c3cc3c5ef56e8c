public import Kernels

/// A model's parameters as its layers read them: weights in the precision of the products, biases
/// in fp32.
public struct Parameters {
  /// All parameters in fp32, laid out by ``ParameterLayout``.
  public let values: Vector

  private let copy: BFloat16Vector?

  /// Parameters whose products read `values` or, where there is one, their rounded `copy`.
  public init(_ values: Vector, copy: BFloat16Vector? = nil) {
    self.values = values
    self.copy = copy
  }

  /// The weights (inputs, outputs) of `layer`, for products.
  func weights(of layer: LinearLayer) -> Operand {
    copy?.operand(at: layer.offset, rows: layer.inputs, columns: layer.outputs)
      ?? Operand(layer.weights(values))
  }

  /// The bias (1, outputs) of `layer`.
  func bias(of layer: LinearLayer) -> Matrix { layer.bias(values) }
}
