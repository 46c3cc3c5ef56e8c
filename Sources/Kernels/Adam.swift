/// The optimizer Adam and, with a weight decay, AdamW.
///
/// Kingma and Ba, "Adam: a method for stochastic optimization", 2014, algorithm 1, with the order
/// of operations of PyTorch's `torch.optim.Adam`. Loshchilov and Hutter, "Decoupled weight decay
/// regularization", 2017, algorithm 2, with that of `torch.optim.AdamW`.
public struct Adam: UpdateRule {
  /// The step length α.
  public let learningRate: Double

  /// The decay β₁ of the first moment, the running mean of the gradient.
  public let firstDecay: Double

  /// The decay β₂ of the second moment, the running mean of the squared gradient.
  public let secondDecay: Double

  /// The term ε in the denominator, which keeps the quotient finite.
  public let epsilon: Double

  /// The weight decay λ of AdamW: each step first multiplies every parameter by 1 − α λ. Zero in Adam.
  public let weightDecay: Double

  /// Makes an optimizer. The defaults are those of the paper and of PyTorch's Adam.
  public init(
    learningRate: Double = 1e-3, firstDecay: Double = 0.9, secondDecay: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.firstDecay = firstDecay
    self.secondDecay = secondDecay
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Does step `step`: both moments are used.
  public func update(
    parameters: Vector, gradient: Vector, firstMoment: Vector, secondMoment: Vector, step: Int
  ) {
    let count = parameters.count
    require(
      gradient.count == count && firstMoment.count == count && secondMoment.count == count,
      "Adam needs as many gradients and moments as parameters")
    require(step >= 1, "Adam counts steps from 1, not \(step)")
    let coefficients = Coefficients(self, step: step)
    let (p, g) = (parameters.base, gradient.base)
    let (m, v) = (firstMoment.base, secondMoment.base)
    if weightDecay == 0 {
      coefficients.update(p, gradient: g, firstMoment: m, secondMoment: v, count: count)
    } else {
      coefficients.decayAndUpdate(p, gradient: g, firstMoment: m, secondMoment: v, count: count)
    }
  }
}

extension Adam {
  /// The numbers of a step that all elements share.
  fileprivate struct Coefficients {
    /// α / (1 − β₁ᵗ): the learning rate, with the bias correction of the first moment.
    let length: Float
    /// 1 / √(1 − β₂ᵗ): the bias correction of the second moment's root.
    let correction: Float
    /// 1 − β₁.
    let blend1: Float
    /// 1 − β₂.
    let blend2: Float
    /// β₂.
    let decay2: Float
    /// ε.
    let epsilon: Float
    /// 1 − α λ.
    let shrinkage: Float

    init(_ adam: Adam, step: Int) {
      length = Float(adam.learningRate / (1 - Self.power(adam.firstDecay, step)))
      correction = Float(1 / (1 - Self.power(adam.secondDecay, step)).squareRoot())
      (blend1, blend2) = (Float(1 - adam.firstDecay), Float(1 - adam.secondDecay))
      (decay2, epsilon) = (Float(adam.secondDecay), Float(adam.epsilon))
      shrinkage = Float(1 - adam.learningRate * adam.weightDecay)
    }

    @inline(__always)
    func update(
      _ p: UnsafeMutablePointer<Float>, gradient g: UnsafeMutablePointer<Float>,
      firstMoment m: UnsafeMutablePointer<Float>, secondMoment v: UnsafeMutablePointer<Float>,
      count: Int
    ) {
      for i in 0..<count {
        let mean = m[i] + (g[i] - m[i]) * blend1
        let square = v[i] * decay2 + g[i] * g[i] * blend2
        m[i] = mean
        v[i] = square
        p[i] -= length * mean / (square.squareRoot() * correction + epsilon)
      }
    }

    /// As the loop above, which has no multiplication that a default step does not need.
    @inline(__always)
    func decayAndUpdate(
      _ p: UnsafeMutablePointer<Float>, gradient g: UnsafeMutablePointer<Float>,
      firstMoment m: UnsafeMutablePointer<Float>, secondMoment v: UnsafeMutablePointer<Float>,
      count: Int
    ) {
      for i in 0..<count {
        let mean = m[i] + (g[i] - m[i]) * blend1
        let square = v[i] * decay2 + g[i] * g[i] * blend2
        m[i] = mean
        v[i] = square
        p[i] = p[i] * shrinkage - length * mean / (square.squareRoot() * correction + epsilon)
      }
    }

    /// `base` to the power of `exponent`, by squaring. Unlike the C library's `pow` it gives the
    /// same bits on every system.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
      var (result, base, exponent) = (1.0, base, exponent)
      while exponent > 0 {
        if exponent & 1 == 1 { result *= base }
        base *= base
        exponent >>= 1
      }
      return result
    }
  }
}
