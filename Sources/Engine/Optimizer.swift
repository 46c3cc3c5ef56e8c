internal import Kernels
internal import VAE

/// What a step does to a replica's parameters, tile by tile: the one place that knows the optimizer.
struct Optimizer {
  private let rule: Adam
  private let replica: Replica

  /// `rule` on the parameters of `replica`.
  init(_ rule: Adam, _ replica: Replica) { (self.rule, self.replica) = (rule, replica) }

  /// Takes step number `step`, counted from 1, with the parameters of `tile`, whose `gradient` is the
  /// mean over the batch.
  func update(_ tile: GradientTile, _ gradient: Vector, step: Int) {
    rule.update(
      parameters: replica.parameters[tile.range], gradient: gradient,
      firstMoment: replica.firstMoment[tile.range],
      secondMoment: replica.secondMoment[tile.range], step: step)
    replica.updateCopies(tile)
  }
}
