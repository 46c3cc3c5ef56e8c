/// Adam, with PyTorch's defaults.
///
/// Kingma and Ba, "Adam: a method for stochastic optimization", 2014, algorithm 1, in the order of
/// operations of PyTorch's `torch.optim.Adam`.
public struct Adam: Sendable {
  /// The step length α.
  public let learningRate: Double

  /// The decay β₁ of the gradient's running mean.
  public let firstDecay: Double

  /// The decay β₂ of the squared gradient's running mean.
  public let secondDecay: Double

  /// The term ε that keeps the quotient finite.
  public let epsilon: Double

  /// An optimizer; the defaults are those of the paper and of PyTorch.
  public init(
    learningRate: Double = 1e-3, firstDecay: Double = 0.9, secondDecay: Double = 0.999,
    epsilon: Double = 1e-8
  ) {
    self.learningRate = learningRate
    self.firstDecay = firstDecay
    self.secondDecay = secondDecay
    self.epsilon = epsilon
  }

  /// Takes step number `step`, from 1, on parameters and their two moments, all of one count.
  ///
  /// Elements do not know one another: any cut of the parameters gives the same bits.
  public func update(
    parameters: Vector, gradient: Vector, firstMoment: Vector, secondMoment: Vector, step: Int
  ) {
    let count = parameters.count
    require(
      gradient.count == count && firstMoment.count == count && secondMoment.count == count,
      "Adam needs as many gradients and moments as parameters")
    require(step >= 1, "Adam counts steps from 1, not \(step)")
    let length = Float(learningRate / (1 - power(firstDecay, step)))
    let correction = Float(1 / (1 - power(secondDecay, step)).squareRoot())
    let (blend1, blend2) = (Float(1 - firstDecay), Float(1 - secondDecay))
    let (decay2, epsilon) = (Float(secondDecay), Float(epsilon))
    let (p, g) = (parameters.base, gradient.base)
    let (m, v) = (firstMoment.base, secondMoment.base)
    for i in 0..<count {
      let mean = m[i] + (g[i] - m[i]) * blend1
      let square = v[i] * decay2 + g[i] * g[i] * blend2
      m[i] = mean
      v[i] = square
      p[i] -= length * mean / (square.squareRoot() * correction + epsilon)
    }
  }

  /// `base` to a whole power, by squaring: the same bits everywhere, unlike the C library's `pow`.
  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, base, exponent) = (1.0, base, exponent)
    while exponent > 0 {
      if exponent & 1 == 1 { result *= base }
      base *= base
      exponent >>= 1
    }
    return result
  }
}
