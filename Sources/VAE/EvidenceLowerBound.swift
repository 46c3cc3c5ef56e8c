internal import Kernels

extension ModelConfiguration {
  /// The loss of a model of this configuration, which training minimises.
  var loss: EvidenceLowerBound { EvidenceLowerBound() }
}

/// The negative evidence lower bound: reconstruction loss + divergence, in nats for each image.
///
/// Kingma and Welling 2013, equation 10 with one sample of z. Column 0 of `losses` (n, 2) is the
/// reconstruction loss, the cross-entropy of the pixels; column 1 is the Kullback–Leibler
/// divergence of q(z|x) from the prior. The two terms and their gradients are computed here and
/// nowhere else.
struct EvidenceLowerBound {
  /// Writes `losses` (rows.count, 2) of the samples `rows`.
  func evaluate(_ activations: Activations, rows: Range<Int>, losses: Matrix) {
    BernoulliLikelihood.forward(
      logits: activations.logits.rows(rows), pixels: activations.pixels.rows(rows),
      loss: losses.columns(0..<1))
    evaluateDivergence(activations, rows: rows, losses: losses)
  }

  /// Writes `losses` (rows.count, 2) and replaces the logits of the samples `rows` by `scale` × the
  /// gradient of the reconstruction loss with respect to the logits.
  func evaluateAndDifferentiate(
    _ activations: Activations, rows: Range<Int>, scale: Float, losses: Matrix
  ) {
    BernoulliLikelihood.forwardAndBackward(
      logits: activations.logits.rows(rows), pixels: activations.pixels.rows(rows), scale: scale,
      loss: losses.columns(0..<1), as: activations.logitDelta.rows(rows))
    evaluateDivergence(activations, rows: rows, losses: losses)
  }

  /// Writes column 1 of `losses`.
  private func evaluateDivergence(_ activations: Activations, rows: Range<Int>, losses: Matrix) {
    GaussianSampler.divergence(
      moments: activations.moments.rows(rows), divergence: losses.columns(1..<2))
  }

  /// Computes the gradient of `scale` × the sum of the two losses with respect to the moments, from
  /// the gradient with respect to the latents.
  ///
  /// The reconstruction loss depends on the moments through the latents, and the latents' gradient
  /// contains `scale` already. The divergence depends on the moments directly, so its gradient is
  /// multiplied by `scale` here. One pass over the moments adds the two gradients.
  func differentiateByMoments(_ activations: Activations, rows: Range<Int>, scale: Float) {
    GaussianSampler.backward(
      moments: activations.moments.rows(rows), noise: activations.noise.rows(rows),
      latentGradient: activations.latentGradient.rows(rows), divergenceScale: scale,
      momentGradient: activations.momentGradient.rows(rows),
      as: activations.momentDelta.rows(rows))
  }
}
