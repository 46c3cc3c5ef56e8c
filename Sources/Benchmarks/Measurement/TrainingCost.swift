package import VAE

/// The floating-point operations of training on one image, a multiply-add counting as two.
///
/// Only matrix products count, and only those that are needed: pixels have no gradient. Elementwise
/// loops are part of the time that a step takes, but not of this work. Factors of zero count even where
/// a step leaves them out, so that a model is the same work for every program.
package struct TrainingCost: Codable, Equatable, Sendable {
  /// Products of inputs and weights: 2 × weights.
  package let forward: Double

  /// Products of deltas and weights: 2 × weights without the first layer's.
  package let backward: Double

  /// Products of inputs and deltas: 2 × weights.
  package let gradients: Double

  /// All three: 6 × weights less 2 × those of the first layer; 3,280,000 for the default sizes.
  package var total: Double { forward + backward + gradients }

  /// The cost of the model with `configuration`'s sizes.
  package init(_ configuration: ModelConfiguration) {
    let weights = ParameterLayout(configuration).layers.map { 2 * Double($0.inputs * $0.outputs) }
    forward = weights.reduce(0, +)
    backward = forward - weights[0]
    gradients = forward
  }
}
