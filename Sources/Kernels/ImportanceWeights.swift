/// The weights of several latents that were drawn for one image, and the bound on log p(x) that they give.
///
/// Burda, Grosse, Salakhutdinov, "Importance Weighted Autoencoders", 2015, equations 8 and 14.
public enum ImportanceWeights {
  /// Writes the normalised weights w̃ₖ = wₖ / Σ w, with w = p(x|z) p(z) / q(z|x), and the negative bound
  /// −log (1/K Σ wₖ) in nats.
  ///
  /// - Parameters:
  ///   - moments: (n, 2 latent), means and log variances of q(z|x).
  ///   - noise: (n K, latent), the draws ε, K of them for each image one after another.
  ///   - latents: (n K, latent), z = μ + σ ε.
  ///   - crossEntropies: (n K, 1), −log p(x|z).
  ///   - weights: (n K, 1), written.
  ///   - bound: (n, 1), written.
  public static func compute(
    moments: Matrix, noise: Matrix, latents: Matrix, crossEntropies: Matrix, weights: Matrix,
    bound: Matrix
  ) {
    let (size, draws) = (latents.columns, latents.rowCount(perRowOf: moments))
    noise.requireRowMajor("noise", rows: latents.rows, columns: size)
    latents.requireRowMajor("latents", rows: latents.rows, columns: size)
    moments.requireRowMajor("moments", rows: bound.rows, columns: 2 * size)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: draws) { logWeights in
      for row in 0..<moments.rows {
        let logVariance = moments.row(row) + size
        var largest = -Double.infinity
        for draw in 0..<draws {
          let (e, z) = (noise.row(row * draws + draw), latents.row(row * draws + draw))
          // log w: the constants of p(z) and q(z|x) cancel.
          var ratio = 0.0
          for k in 0..<size {
            ratio +=
              Double(logVariance[k]) + Double(e[k]) * Double(e[k]) - Double(z[k]) * Double(z[k])
          }
          let logWeight = 0.5 * ratio - Double(crossEntropies[row * draws + draw, 0])
          logWeights[draw] = logWeight
          largest = logWeight > largest || logWeight.isNaN ? logWeight : largest
        }
        var sum: Float = 0
        for draw in 0..<draws {
          let weight = exponential(Float(logWeights[draw] - largest))
          weights[row * draws + draw, 0] = weight
          sum += weight
        }
        for draw in row * draws..<(row + 1) * draws { weights[draw, 0] /= sum }
        bound[row, 0] = Float(-largest) - logarithm(sum / Float(draws))
      }
    }
  }

  /// Multiplies row k of `gradients` (n K, columns) by `scale` w̃ₖ, and rounds it into `operand`.
  public static func weight(
    _ gradients: Matrix, by weights: Matrix, scale: Float, as operand: Operand
  ) {
    operand.requireView(of: gradients)
    for row in 0..<gradients.rows {
      let (g, factor) = (gradients.row(row), scale * weights[row, 0])
      for column in 0..<gradients.columns { g[column] *= factor }
      operand.roundRow(row, from: gradients)
    }
  }

  /// How the encoder's gradient is estimated.
  public enum Estimator: Sendable {
    /// By the gradient of the bound itself: Burda et al. 2015, equation 13.
    case iwae
    /// Without the part of it whose mean is zero, which is most of its noise when there are many draws:
    /// Tucker, Lawson, Gu, Maddison, "Doubly Reparameterized Gradient Estimators for Monte Carlo Objectives",
    /// 2019, equation 8.
    case dreg
  }

  /// Computes the gradient of `scale` × the negative bound with respect to the moments into `momentGradient`
  /// (n, 2 latent), and rounds it into `operand`.
  ///
  /// `latentGradient` g (n K, latent) is the gradient of `scale` Σ w̃ₖ × cross-entropy, w̃ taken as constant,
  /// with respect to the latents. −log wₖ also depends on z by ½ z² − ½ log σ² − ½ ε². So with
  /// h = g + `scale` w̃ z, ∂/∂μ = Σ h and ∂/∂log σ² = ½ (Σ h σ ε − `scale`). DReG weights once more by w̃,
  /// and lets log q(z|x) depend on z alone: h = w̃ (g + `scale` w̃ (z − ε/σ)), without the last term.
  public static func backward(
    _ estimator: Estimator, moments: Matrix, noise: Matrix, latents: Matrix, weights: Matrix,
    latentGradient: Matrix, scale: Float, momentGradient: Matrix, as operand: Operand
  ) {
    operand.requireView(of: momentGradient)
    let (size, draws) = (latents.columns, latents.rowCount(perRowOf: moments))
    latentGradient.requireRowMajor("latent gradient", rows: latents.rows, columns: size)
    momentGradient.requireRowMajor("moment gradient", rows: moments.rows, columns: 2 * size)
    for row in 0..<moments.rows {
      let (logVariance, meanGradient) = (moments.row(row) + size, momentGradient.row(row))
      let logVarianceGradient = meanGradient + size
      for k in 0..<size {
        let deviation = exponential(0.5 * logVariance[k])
        var (byMean, byDeviation): (Float, Float) = (0, 0)
        for draw in row * draws..<(row + 1) * draws {
          let (g, z, e) = (latentGradient.row(draw)[k], latents.row(draw)[k], noise.row(draw)[k])
          let weight = weights[draw, 0]
          let h =
            switch estimator {
            case .iwae: g + scale * weight * z
            case .dreg: weight * (g + scale * weight * (z - e / deviation))
            }
          byMean += h
          byDeviation += h * deviation * e
        }
        meanGradient[k] = byMean
        logVarianceGradient[k] = 0.5 * (byDeviation - (estimator == .iwae ? scale : 0))
      }
      operand.roundRow(row, from: momentGradient)
    }
  }
}
