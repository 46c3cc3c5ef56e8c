public import Kernels

/// A model's parameters as its layers read them.
public struct Parameters {
  /// All parameters in fp32, laid out by ``ParameterLayout``.
  public let values: Vector

  private let copies: WeightCopies?

  /// Parameters whose products read `values` or, where there are any, their `copies`.
  public init(_ values: Vector, copies: WeightCopies? = nil) {
    self.values = values
    self.copies = copies
  }

  /// The weights (inputs, outputs) of `layer`, for products.
  func weights(of layer: LinearLayer) -> Weights {
    copies?.weights(of: layer) ?? .floats(layer.weights(values))
  }

  /// The weights (outputs, inputs) of `layer`, for products on the way back.
  func transposedWeights(of layer: LinearLayer) -> Weights {
    copies?.transposedWeights(of: layer) ?? .floats(layer.weights(values).transposed)
  }

  /// The bias (1, outputs) of `layer`.
  func bias(of layer: LinearLayer) -> Matrix { layer.bias(values) }
}
