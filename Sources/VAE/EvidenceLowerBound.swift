internal import Kernels

/// The negative evidence lower bound: reconstruction loss + divergence, in nats for each image.
///
/// Kingma and Welling 2013, equation 7, with the mean over the draws of z. Column 0 of losses is the
/// reconstruction loss, the cross-entropy of the pixels; column 1 is the Kullback–Leibler divergence of
/// q(z|x) from the prior; column 2 is what the objective is more than the sum of both.
struct EvidenceLowerBound: Loss {
  /// See ``Objective/freeNats``.
  let freeNats: Float

  func sample(_ activations: Activations, rows: Range<Int>) {
    activations.sampleGaussian(rows)
  }

  func evaluate(_ activations: Activations, rows: Range<Int>, losses: Matrix) {
    BernoulliLikelihood.forward(
      logits: activations.logits.rows(rows), pixels: activations.pixels.rows(rows),
      loss: losses.columns(0..<1))
    activations.evaluateDivergence(rows, losses: losses)
  }

  func differentiateByLogits(
    _ activations: Activations, rows: Range<Int>, weights: LossWeights, losses: Matrix
  ) {
    activations.differentiateCrossEntropy(
      rows, scale: weights.scale / Float(activations.draws), losses: losses)
    activations.evaluateDivergence(rows, losses: losses)
    let (divergence, surplus) = (losses.columns(1..<2), losses.columns(2..<3))
    guard freeNats > 0 || weights.divergence != 1 else { return surplus.fill(0) }
    GaussianSampler.surplus(
      moments: activations.moments.rows(rows), least: freeNats, surplus: surplus)
    for row in 0..<losses.rows {
      let counted = weights.divergence * (divergence[row, 0] + surplus[row, 0])
      surplus[row, 0] = counted - divergence[row, 0]
    }
  }

  /// The reconstruction loss depends on the moments through the latents, and the latents' gradient
  /// contains the scale already. The divergence depends on the moments directly, so its gradient is
  /// multiplied by the scale here. One pass over the moments adds the two gradients.
  func differentiateByMoments(_ activations: Activations, rows: Range<Int>, weights: LossWeights) {
    let draws = activations.decoderRows(rows)
    GaussianSampler.backward(
      moments: activations.moments.rows(rows), noise: activations.noise.rows(draws),
      latentGradient: activations.latentGradient.rows(draws),
      divergence: .init(scale: weights.scale * weights.divergence, least: freeNats),
      momentGradient: activations.momentGradient.rows(rows),
      as: activations.momentDelta.rows(rows))
  }
}

extension Activations {
  /// Draws the latents of the samples `rows`: z = μ + σ ε.
  func sampleGaussian(_ rows: Range<Int>) {
    let draws = decoderRows(rows)
    GaussianSampler.forward(
      moments: moments.rows(rows), noise: noise.rows(draws), latents: latents.rows(draws),
      as: latentOperand.rows(draws))
  }

  /// Writes column 1 of `losses`.
  func evaluateDivergence(_ rows: Range<Int>, losses: Matrix) {
    GaussianSampler.divergence(moments: moments.rows(rows), divergence: losses.columns(1..<2))
  }

  /// Writes column 0 of `losses`, the mean over the draws of a sample's cross-entropy, and replaces the
  /// logits by `scale` × the gradient of each draw's cross-entropy.
  func differentiateCrossEntropy(_ rows: Range<Int>, scale: Float, losses: Matrix) {
    let all = decoderRows(rows)
    let each = draws == 1 ? losses.columns(0..<1) : crossEntropies.rows(all)
    BernoulliLikelihood.forwardAndBackward(
      logits: logits.rows(all), pixels: pixels.rows(rows), scale: scale, loss: each,
      as: logitDelta.rows(all))
    guard draws > 1 else { return }
    for row in 0..<rows.count {
      var sum: Float = 0
      for draw in row * draws..<(row + 1) * draws { sum += each[draw, 0] }
      losses[row, 0] = sum / Float(draws)
    }
  }
}
