package import Kernels
internal import VAE

extension Recipe {
  /// The rule by which step number `step`, counted from 1, changes parameters, where an epoch has
  /// `batchesPerEpoch`, and a plateau schedule has seen `plateau`.
  package func updateRule(
    step: Int, batchesPerEpoch: Int, plateau: Plateau? = nil
  ) -> any UpdateRule {
    let rate = learningRate(step: step, batchesPerEpoch: batchesPerEpoch, plateau: plateau)
    return switch optimizer {
    case .adam: Adam(learningRate: rate, epsilon: epsilon)
    case .adamW: Adam(learningRate: rate, epsilon: epsilon, weightDecay: weightDecay)
    case .sgd: StochasticGradientDescent(learningRate: rate, momentum: momentum)
    }
  }
}

/// Applies the rule of a step to a replica's parameters, tile by tile.
struct Optimizer {
  private let replica: Replica

  /// An optimizer for the parameters of `replica`.
  init(_ replica: Replica) { self.replica = replica }

  /// Changes the parameters of `tile` by `rule` in step number `step`, counted from 1, by their `gradient`,
  /// the mean over the batch. Threads may call this at the same time for different tiles.
  func update(_ tile: GradientTile, _ gradient: Vector, by rule: any UpdateRule, step: Int) {
    rule.update(
      parameters: replica.parameters[tile.range], gradient: gradient,
      firstMoment: replica.firstMoment[tile.range],
      secondMoment: replica.secondMoment[tile.range], step: step)
    replica.updateCopies(tile)
  }
}
