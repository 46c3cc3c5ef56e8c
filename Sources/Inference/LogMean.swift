internal import Glibc

/// The logarithm of the mean of an image's importance weights w = p(x, z) / q(z|x), which are added one at a
/// time as logarithms; no exponential overflows.
struct LogMean {
  private var largest = -Double.infinity

  /// The sum of the weights, and that of their squares, as multiples of the largest weight so far and of its
  /// square.
  private var (sum, squares) = (0.0, 0.0)

  private var count = 0.0

  /// Adds the weight whose logarithm is `logarithm`; −∞ for a weight of zero.
  mutating func add(_ logarithm: Double) {
    count += 1
    guard logarithm > -.infinity || logarithm.isNaN else { return }
    if logarithm > largest {
      let scale = exp(largest - logarithm)
      (sum, squares) = (sum * scale + 1, squares * scale * scale + 1)
      largest = logarithm
    } else {
      let weight = exp(logarithm - largest)
      (sum, squares) = (sum + weight, squares + weight * weight)
    }
  }

  /// The logarithm of the weights' mean.
  var value: Double { largest + log(sum / count) }

  /// The standard error of ``value`` over draws of z: the standard error of the mean weight divided by that
  /// mean, which is the first term of the logarithm's Taylor series. Not a number for one weight.
  ///
  /// With few samples it is too small where rare draws have much of the weight.
  var samplingError: Double {
    guard count > 1 else { return .nan }
    return (max(0, squares / (sum * sum) - 1 / count) * count / (count - 1)).squareRoot()
  }
}
