/// The sampler of a diagonal Gaussian, z = μ + σ ε with σ = exp(½ log σ²), and the Gaussian's
/// divergence from the standard normal distribution.
///
/// Kingma and Welling, "Auto-Encoding Variational Bayes", 2013, §2.4 and equation 10.
///
/// The shape of `moments` is (n, 2 latent): the means μ, then the log variances log σ². The shape
/// of `noise` is (n, latent): standard normal draws ε.
public enum GaussianSampler {
  /// Computes `latents` z (n, latent) and rounds the latents into `operand`.
  public static func forward(
    moments: Matrix, noise: Matrix, latents: Matrix, as operand: Operand
  ) {
    operand.requireView(of: latents)
    let (rows, size) = (latents.rows, latents.columns)
    latents.requireRowMajor("latents", rows: rows, columns: size)
    noise.requireRowMajor("noise", rows: rows, columns: size)
    moments.requireRowMajor("moments", rows: rows, columns: 2 * size)
    for row in 0..<rows {
      let (mean, e, z) = (moments.row(row), noise.row(row), latents.row(row))
      let logVariance = mean + size
      for k in 0..<size { z[k] = mean[k] + exponential(0.5 * logVariance[k]) * e[k] }
      operand.roundRow(row, from: latents)
    }
  }

  /// Writes each row's Kullback–Leibler divergence from the standard normal distribution to
  /// `divergence` (n, 1), in nats.
  ///
  /// −½ Σ (1 + log σ² − μ² − σ²): Kingma and Welling 2013, appendix B.
  public static func divergence(moments: Matrix, divergence: Matrix) {
    let size = moments.columns / 2
    moments.requireRowMajor("moments", rows: divergence.rows, columns: 2 * size)
    for row in 0..<divergence.rows {
      let mean = moments.row(row)
      let logVariance = mean + size
      var sum: Float = 0
      for k in 0..<size {
        sum += 1 + logVariance[k] - mean[k] * mean[k] - exponential(logVariance[k])
      }
      divergence[row, 0] = -0.5 * sum
    }
  }

  /// Computes `momentGradient` (n, 2 latent) and rounds it into `operand`: the gradient, with
  /// respect to the moments, of a loss of the latents plus `divergenceScale` × the divergence.
  ///
  /// `latentGradient` g (n, latent) is that loss's gradient with respect to the latents. With the
  /// scale s of the divergence, ∂/∂μ = g + s μ and ∂/∂log σ² = ½ (g σ ε + s (σ² − 1)).
  public static func backward(
    moments: Matrix, noise: Matrix, latentGradient: Matrix, divergenceScale: Float,
    momentGradient: Matrix, as operand: Operand
  ) {
    operand.requireView(of: momentGradient)
    let (rows, size) = (latentGradient.rows, latentGradient.columns)
    latentGradient.requireRowMajor("latent gradient", rows: rows, columns: size)
    noise.requireRowMajor("noise", rows: rows, columns: size)
    moments.requireRowMajor("moments", rows: rows, columns: 2 * size)
    momentGradient.requireRowMajor("moment gradient", rows: rows, columns: 2 * size)
    for row in 0..<rows {
      let (mean, e, g) = (moments.row(row), noise.row(row), latentGradient.row(row))
      let (logVariance, meanGradient) = (mean + size, momentGradient.row(row))
      let logVarianceGradient = meanGradient + size
      for k in 0..<size {
        let deviation = exponential(0.5 * logVariance[k])
        meanGradient[k] = g[k] + divergenceScale * mean[k]
        logVarianceGradient[k] =
          0.5 * (g[k] * deviation * e[k] + divergenceScale * (deviation * deviation - 1))
      }
      operand.roundRow(row, from: momentGradient)
    }
  }
}
