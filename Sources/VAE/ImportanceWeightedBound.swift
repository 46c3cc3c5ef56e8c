internal import Kernels

/// The negative importance-weighted bound, −log (1/K Σ p(x|z) p(z) / q(z|x)), in nats for each image, with K
/// draws of z.
///
/// Burda, Grosse, Salakhutdinov, "Importance Weighted Autoencoders", 2015, equation 8. Columns 0 and 1 of
/// losses are those of the evidence lower bound, which is the larger loss; column 2 is what this one is more,
/// a negative number.
struct ImportanceWeightedBound: Loss {
  private let estimator: ImportanceWeights.Estimator

  /// The bound, with the encoder's gradient by `estimator`.
  init(_ estimator: ImportanceWeights.Estimator) { self.estimator = estimator }

  func sample(_ activations: Activations, rows: Range<Int>) {
    activations.sampleGaussian(rows)
  }

  func evaluate(_ activations: Activations, rows: Range<Int>, losses: Matrix) {
    EvidenceLowerBound(freeNats: 0).evaluate(activations, rows: rows, losses: losses)
  }

  /// All cross-entropies must be known before the weights are, so the gradient is multiplied by these in a
  /// second pass.
  func differentiateByLogits(
    _ activations: Activations, rows: Range<Int>, weights: LossWeights, losses: Matrix
  ) {
    let draws = activations.decoderRows(rows)
    activations.differentiateCrossEntropy(rows, scale: 1, losses: losses)
    activations.evaluateDivergence(rows, losses: losses)
    let bound = losses.columns(2..<3)
    ImportanceWeights.compute(
      moments: activations.moments.rows(rows), noise: activations.noise.rows(draws),
      latents: activations.latents.rows(draws),
      crossEntropies: activations.crossEntropies.rows(draws),
      weights: activations.weights.rows(draws), bound: bound)
    for row in 0..<losses.rows { bound[row, 0] -= losses[row, 0] + losses[row, 1] }
    ImportanceWeights.weight(
      activations.logits.rows(draws), by: activations.weights.rows(draws), scale: weights.scale,
      as: activations.logitDelta.rows(draws))
  }

  func differentiateByMoments(_ activations: Activations, rows: Range<Int>, weights: LossWeights) {
    let draws = activations.decoderRows(rows)
    ImportanceWeights.backward(
      estimator, moments: activations.moments.rows(rows), noise: activations.noise.rows(draws),
      latents: activations.latents.rows(draws), weights: activations.weights.rows(draws),
      latentGradient: activations.latentGradient.rows(draws), scale: weights.scale,
      momentGradient: activations.momentGradient.rows(rows),
      as: activations.momentDelta.rows(rows))
  }
}
