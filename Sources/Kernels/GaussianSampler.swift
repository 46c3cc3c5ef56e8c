/// The sampler of a diagonal Gaussian, z = μ + σ ε with σ = exp(½ log σ²), and the Gaussian's
/// divergence from the standard normal distribution.
///
/// Kingma and Welling, "Auto-Encoding Variational Bayes", 2013, §2.4 and equation 10.
///
/// The shape of `moments` is (n, 2 latent): the means μ, then the log variances log σ². The shape
/// of `noise` is (n K, latent): standard normal draws ε, K of them for each row of the moments, one after
/// another. K follows from the shapes; it is 1 for the bound of the paper.
public enum GaussianSampler {
  /// The range in which ``limit(_:)`` keeps log variances: deviations from 3 · 10⁻⁷ to 22,026. It is far
  /// beyond what trained models have, and both ends are finite in fp32.
  public static let logVarianceRange: ClosedRange<Float> = -30...20

  /// Moves finite log variances among `moments` that are outside of ``logVarianceRange`` to its nearer end.
  /// Infinity and NaN stay, to be found in the losses. The gradient that
  /// ``backward(moments:noise:latentGradient:divergence:momentGradient:as:)`` then
  /// gives is that at the end of the range, so that training can lead back into it.
  public static func limit(_ moments: Matrix) {
    let size = moments.columns / 2
    moments.requireRowMajor("moments", rows: moments.rows, columns: 2 * size)
    let (least, most) = (logVarianceRange.lowerBound, logVarianceRange.upperBound)
    for row in 0..<moments.rows {
      let logVariance = moments.row(row) + size
      for k in 0..<size {
        let value = logVariance[k]
        let raised = value < least ? least : value
        let kept = raised > most ? most : raised
        logVariance[k] = abs(value) < .infinity ? kept : value
      }
    }
  }

  /// Computes `latents` z (n K, latent) and rounds the latents into `operand`.
  public static func forward(
    moments: Matrix, noise: Matrix, latents: Matrix, as operand: Operand
  ) {
    operand.requireView(of: latents)
    let (rows, size) = (latents.rows, latents.columns)
    latents.requireRowMajor("latents", rows: rows, columns: size)
    noise.requireRowMajor("noise", rows: rows, columns: size)
    moments.requireRowMajor("moments", rows: moments.rows, columns: 2 * size)
    let draws = latents.rowCount(perRowOf: moments)
    for row in 0..<rows {
      let (mean, e, z) = (moments.row(row / draws), noise.row(row), latents.row(row))
      let logVariance = mean + size
      for k in 0..<size { z[k] = mean[k] + exponential(0.5 * logVariance[k]) * e[k] }
      operand.roundRow(row, from: latents)
    }
  }

  /// Writes the variances σ² of `moments` to `variances` (n, latent).
  public static func variances(moments: Matrix, into variances: Matrix) {
    let size = variances.columns
    variances.requireRowMajor("variances", rows: moments.rows, columns: size)
    moments.requireRowMajor("moments", rows: moments.rows, columns: 2 * size)
    for row in 0..<moments.rows {
      let (logVariance, variance) = (moments.row(row) + size, variances.row(row))
      for k in 0..<size { variance[k] = exponential(logVariance[k]) }
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

  /// Writes what each row's divergence from the standard normal distribution lacks, in nats, to
  /// `surplus` (n, 1), where each dimension counts with `least` nats at least: Σ max(`least` − KLₖ, 0).
  ///
  /// Kingma et al., "Improving Variational Inference with Inverse Autoregressive Flow", 2016, appendix C.8,
  /// for each image and dimension by itself rather than for their means over a batch.
  public static func surplus(moments: Matrix, least: Float, surplus: Matrix) {
    let size = moments.columns / 2
    moments.requireRowMajor("moments", rows: surplus.rows, columns: 2 * size)
    for row in 0..<surplus.rows {
      let mean = moments.row(row)
      let logVariance = mean + size
      var sum: Float = 0
      for k in 0..<size {
        let missing = least - divergence(mean[k], logVariance[k])
        sum += missing > 0 ? missing : 0
      }
      surplus[row, 0] = sum
    }
  }

  /// The divergence of one dimension.
  @inline(__always)
  private static func divergence(_ mean: Float, _ logVariance: Float) -> Float {
    -0.5 * (1 + logVariance - mean * mean - exponential(logVariance))
  }

  /// How the divergence counts in a loss.
  public struct Divergence {
    /// What the divergence is multiplied by.
    public var scale: Float
    /// The nats below which the divergence of a dimension has no gradient; 0 where it always has one.
    public var least: Float

    /// The divergence times `scale`; of each dimension, `least` nats are free.
    public init(scale: Float, least: Float = 0) { (self.scale, self.least) = (scale, least) }
  }

  /// Computes `momentGradient` (n, 2 latent) and rounds it into `operand`: the gradient, with
  /// respect to the moments, of a loss of the latents plus the divergence, as `divergence` counts it.
  ///
  /// `latentGradient` g (n K, latent) is that loss's gradient with respect to the latents. With the
  /// scale s of the divergence, ∂/∂μ = Σ g + s μ and ∂/∂log σ² = ½ (Σ g σ ε + s (σ² − 1)), sums over the
  /// draws of a row.
  public static func backward(
    moments: Matrix, noise: Matrix, latentGradient: Matrix, divergence: Divergence,
    momentGradient: Matrix, as operand: Operand
  ) {
    operand.requireView(of: momentGradient)
    let (rows, size) = (momentGradient.rows, latentGradient.columns)
    let draws = latentGradient.rowCount(perRowOf: momentGradient)
    latentGradient.requireRowMajor("latent gradient", rows: rows * draws, columns: size)
    noise.requireRowMajor("noise", rows: rows * draws, columns: size)
    moments.requireRowMajor("moments", rows: rows, columns: 2 * size)
    momentGradient.requireRowMajor("moment gradient", rows: rows, columns: 2 * size)
    for row in 0..<rows {
      let mean = moments.row(row)
      let (logVariance, meanGradient) = (mean + size, momentGradient.row(row))
      let logVarianceGradient = meanGradient + size
      // The sums over the draws: of g, and of g σ ε. Without conditions within, these loops vectorise.
      let (e, g) = (noise.row(row * draws), latentGradient.row(row * draws))
      for k in 0..<size {
        meanGradient[k] = g[k]
        logVarianceGradient[k] = g[k] * exponential(0.5 * logVariance[k]) * e[k]
      }
      for draw in row * draws + 1..<(row + 1) * draws {
        let (e, g) = (noise.row(draw), latentGradient.row(draw))
        for k in 0..<size {
          meanGradient[k] += g[k]
          logVarianceGradient[k] += g[k] * exponential(0.5 * logVariance[k]) * e[k]
        }
      }
      let (weight, least) = (divergence.scale, divergence.least)
      if least > 0 {
        for k in 0..<size {
          let isFree = self.divergence(mean[k], logVariance[k]) <= least
          let scale = isFree ? 0 : weight
          let deviation = exponential(0.5 * logVariance[k])
          meanGradient[k] = meanGradient[k] + scale * mean[k]
          logVarianceGradient[k] =
            0.5 * (logVarianceGradient[k] + scale * (deviation * deviation - 1))
        }
      } else {
        for k in 0..<size {
          let deviation = exponential(0.5 * logVariance[k])
          meanGradient[k] = meanGradient[k] + weight * mean[k]
          logVarianceGradient[k] =
            0.5 * (logVarianceGradient[k] + weight * (deviation * deviation - 1))
        }
      }
      operand.roundRow(row, from: momentGradient)
    }
  }
}
