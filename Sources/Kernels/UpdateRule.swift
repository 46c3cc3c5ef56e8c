/// How an optimizer changes parameters by their gradient: ``Adam``, ``StochasticGradientDescent``.
///
/// A rule is that of one step: a schedule makes a rule with another learning rate for the next.
public protocol UpdateRule: Sendable {
  /// The step length.
  var learningRate: Double { get }

  /// Does step `step`, counted from 1: updates `parameters` and their moments from `gradient`. A rule that
  /// has no second moment leaves it as it is. All vectors have the same count.
  ///
  /// Each element is updated by itself, so updating the parameters part by part gives the same bits.
  func update(
    parameters: Vector, gradient: Vector, firstMoment: Vector, secondMoment: Vector, step: Int)
}
