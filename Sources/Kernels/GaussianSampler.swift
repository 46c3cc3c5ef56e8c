/// The reparameterised sampler of a diagonal Gaussian, z = μ + σ ε with σ = exp(½ log σ²).
///
/// Kingma and Welling, "Auto-Encoding Variational Bayes", 2013, §2.4 and equation 10.
public enum GaussianSampler {
  /// Draws `latents` (n, latent) from `moments` (n, 2 latent: means, then log variances) and
  /// standard normal `noise` (n, latent). Products read `operand` of them.
  public static func forward(
    moments: Matrix, noise: Matrix, latents: Matrix, as operand: Operand
  ) {
    operand.requireView(of: latents)
    let (rows, size) = (latents.rows, latents.columns)
    latents.requireRowMajor(rows, size, "latents")
    noise.requireRowMajor(rows, size, "noise")
    moments.requireRowMajor(rows, 2 * size, "moments")
    for row in 0..<rows {
      let (mean, e, z) = (moments.row(row), noise.row(row), latents.row(row))
      let logVariance = mean + size
      for k in 0..<size { z[k] = mean[k] + exponential(0.5 * logVariance[k]) * e[k] }
      operand.roundRow(row, from: latents)
    }
  }

  /// Writes each row's Kullback–Leibler divergence from the standard normal distribution, in nats.
  ///
  /// −½ Σ (1 + log σ² − μ² − σ²), ibid., appendix B. `moments` is (n, 2 latent), `divergence`
  /// (n, 1).
  public static func divergence(moments: Matrix, divergence: Matrix) {
    let size = moments.columns / 2
    moments.requireRowMajor(divergence.rows, 2 * size, "moments")
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

  /// The gradient of `scale` × (loss of the latents + divergence) by `moments`.
  ///
  /// `latentGradient` (n, latent) already has the scale; `momentGradient` is (n, 2 latent), of which
  /// products read `operand`.
  /// ∂/∂μ = g + scale μ and ∂/∂log σ² = ½ (g σ ε + scale (σ² − 1)).
  public static func backward(
    moments: Matrix, noise: Matrix, latentGradient: Matrix, scale: Float, momentGradient: Matrix,
    as operand: Operand
  ) {
    operand.requireView(of: momentGradient)
    let (rows, size) = (latentGradient.rows, latentGradient.columns)
    latentGradient.requireRowMajor(rows, size, "latent gradient")
    noise.requireRowMajor(rows, size, "noise")
    moments.requireRowMajor(rows, 2 * size, "moments")
    momentGradient.requireRowMajor(rows, 2 * size, "moment gradient")
    for row in 0..<rows {
      let (mean, e, g) = (moments.row(row), noise.row(row), latentGradient.row(row))
      let (logVariance, meanGradient) = (mean + size, momentGradient.row(row))
      let logVarianceGradient = meanGradient + size
      for k in 0..<size {
        let deviation = exponential(0.5 * logVariance[k])
        meanGradient[k] = g[k] + scale * mean[k]
        logVarianceGradient[k] =
          0.5 * (g[k] * deviation * e[k] + scale * (deviation * deviation - 1))
      }
      operand.roundRow(row, from: momentGradient)
    }
  }
}
