internal import Glibc

/// The Gaussian with the mean and covariance of what an encoder makes of images: all q(z|x) taken together.
struct LatentGaussian {
  private let mean: [Double]
  /// The lower triangle of the covariance is used; (dimensions, dimensions).
  private let covariance: [Double]

  /// The Gaussian of the mixture of q(z|x) with means `codes` (n, latent) and variances `variances` (n,
  /// latent), which are all zero where an encoder gives codes alone: its covariance is that of the codes plus
  /// the mean variances. All sums are in a fixed order.
  init(codes: [Float], variances: [Float], latent: Int) {
    let count = codes.count / latent
    var mean = [Double](repeating: 0, count: latent)
    var covariance = [Double](repeating: 0, count: latent * latent)
    for row in 0..<count {
      for k in 0..<latent {
        mean[k] += Double(codes[row * latent + k])
        covariance[k * latent + k] += Double(variances[row * latent + k])
      }
    }
    for k in 0..<latent { mean[k] /= Double(count) }
    var centred = [Double](repeating: 0, count: latent)
    for row in 0..<count {
      for k in 0..<latent { centred[k] = Double(codes[row * latent + k]) - mean[k] }
      for i in 0..<latent {
        for j in 0...i { covariance[i * latent + j] += centred[i] * centred[j] }
      }
    }
    self.mean = mean
    self.covariance = covariance.map { $0 / Double(count) }
  }

  /// The Kullback–Leibler divergence of this Gaussian N(m, S) from the prior N(0, I), in nats:
  /// ½ (tr S + mᵀm − k − ln det S) in k dimensions. Nil where it is infinite, since the covariance is
  /// singular: the codes leave a direction out.
  ///
  /// Kullback, "Information Theory and Statistics", 1959, chapter 9, equation 1.3.
  var divergenceFromPrior: Double? {
    let size = mean.count
    var factor = covariance  // Becomes the lower triangle L of S = L Lᵀ (Cholesky), row by row.
    var (sum, logDeterminant) = (0.0, 0.0)
    for i in 0..<size {
      for j in 0...i {
        var element = factor[i * size + j]
        for k in 0..<j { element -= factor[i * size + k] * factor[j * size + k] }
        guard i == j else {
          factor[i * size + j] = element / factor[j * size + j]
          continue
        }
        // What rounding leaves of zero is not a variance.
        guard element > 1e-10 * covariance[i * size + i] else { return nil }
        factor[i * size + i] = element.squareRoot()
        logDeterminant += log(element)
      }
      sum += covariance[i * size + i] + mean[i] * mean[i] - 1
    }
    return 0.5 * (sum - logDeterminant)
  }
}
