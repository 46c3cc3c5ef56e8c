internal import Kernels

/// The negative evidence lower bound, reconstruction + divergence, in nats for each image.
///
/// Kingma and Welling 2013, equation 10 with one sample of z. Column 0 of the losses is the
/// cross-entropy of the pixels, column 1 the Kullback–Leibler divergence.
struct EvidenceLowerBound {
  /// Writes `losses` (n, 2) of the samples `rows`.
  func forward(_ activations: Activations, _ rows: Range<Int>, losses: Matrix) {
    BernoulliLikelihood.forward(
      logits: activations.logits.rows(rows), pixels: activations.pixels.rows(rows),
      loss: losses.columns(0..<1))
    divergence(activations, rows, losses)
  }

  /// Writes `losses` (n, 2) and turns the logits into `scale` × their gradient.
  func forwardAndBackward(
    _ activations: Activations, _ rows: Range<Int>, scale: Float, losses: Matrix
  ) {
    BernoulliLikelihood.forwardAndBackward(
      logits: activations.logits.rows(rows), pixels: activations.pixels.rows(rows), scale: scale,
      loss: losses.columns(0..<1), as: activations.logitDelta.rows(rows))
    divergence(activations, rows, losses)
  }

  private func divergence(_ activations: Activations, _ rows: Range<Int>, _ losses: Matrix) {
    GaussianSampler.divergence(
      moments: activations.moments.rows(rows), divergence: losses.columns(1..<2))
  }
}
