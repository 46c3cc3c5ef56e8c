/// Stochastic gradient descent with momentum.
///
/// Polyak, "Some methods of speeding up the convergence of iteration methods", 1964, as Sutskever et al., "On
/// the importance of initialization and momentum in deep learning", 2013, write it, with the order of
/// operations of PyTorch's `torch.optim.SGD`, without dampening and not Nesterov's.
public struct StochasticGradientDescent: UpdateRule {
  /// The step length α.
  public let learningRate: Double

  /// The share μ of the momentum buffer that a step keeps; zero for the plain gradient.
  public let momentum: Double

  /// Makes an optimizer. PyTorch's default is no momentum.
  public init(learningRate: Double, momentum: Double = 0) {
    (self.learningRate, self.momentum) = (learningRate, momentum)
  }

  /// Does a step: the first moment is the momentum buffer, zero before the first step, and the second is left
  /// as it is.
  public func update(
    parameters: Vector, gradient: Vector, firstMoment: Vector, secondMoment: Vector, step: Int
  ) {
    let count = parameters.count
    require(
      gradient.count == count && firstMoment.count == count,
      "descent needs as many gradients and moments as parameters")
    Self.update(
      parameters.base, gradient: gradient.base, buffer: firstMoment.base, count: count,
      (Float(learningRate), Float(momentum)))
  }

  @inline(__always)
  private static func update(
    _ p: UnsafeMutablePointer<Float>, gradient g: UnsafeMutablePointer<Float>,
    buffer m: UnsafeMutablePointer<Float>, count: Int, _ factors: (rate: Float, momentum: Float)
  ) {
    let (rate, momentum) = factors
    for i in 0..<count {
      let direction = m[i] * momentum + g[i]
      m[i] = direction
      p[i] -= rate * direction
    }
  }
}
