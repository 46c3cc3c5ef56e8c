internal import Kernels

/// The loss of a plain autoencoder: the cross-entropy of the pixels, in nats for each image. The latents are
/// the encoder's outputs, and the divergence, column 1 of losses, is 0.
struct ReconstructionLoss: Loss {
  func sample(_ activations: Activations, rows: Range<Int>) {
    activations.latents.rows(rows).copy(from: activations.moments.rows(rows))
    activations.latentOperand.rows(rows).round(activations.latents.rows(rows))
  }

  func evaluate(_ activations: Activations, rows: Range<Int>, losses: Matrix) {
    BernoulliLikelihood.forward(
      logits: activations.logits.rows(rows), pixels: activations.pixels.rows(rows),
      loss: losses.columns(0..<1))
    losses.columns(1..<2).fill(0)
  }

  func differentiateByLogits(
    _ activations: Activations, rows: Range<Int>, weights: LossWeights, losses: Matrix
  ) {
    activations.differentiateCrossEntropy(rows, scale: weights.scale, losses: losses)
    losses.columns(1..<3).fill(0)
  }

  func differentiateByMoments(_ activations: Activations, rows: Range<Int>, weights: LossWeights) {
    let gradient = activations.momentGradient.rows(rows)
    gradient.copy(from: activations.latentGradient.rows(rows))
    activations.momentDelta.rows(rows).round(gradient)
  }
}
