package import Kernels
internal import VAE

extension Recipe {
  /// The rule by which step number `step`, counted from 1, changes parameters. A schedule of the learning
  /// rate belongs here: the rate is logged from here, too.
  package func updateRule(step: Int) -> Adam { Adam(learningRate: learningRate) }
}

/// Applies the rule of a recipe to a replica's parameters, tile by tile.
struct Optimizer {
  private let recipe: Recipe
  private let replica: Replica

  /// The optimizer of `recipe` for the parameters of `replica`.
  init(_ recipe: Recipe, _ replica: Replica) { (self.recipe, self.replica) = (recipe, replica) }

  /// Changes the parameters of `tile` in step number `step`, counted from 1, by their `gradient`, the mean
  /// over the batch. Threads may call this at the same time for different tiles.
  func update(_ tile: GradientTile, _ gradient: Vector, step: Int) {
    recipe.updateRule(step: step).update(
      parameters: replica.parameters[tile.range], gradient: gradient,
      firstMoment: replica.firstMoment[tile.range],
      secondMoment: replica.secondMoment[tile.range], step: step)
    replica.updateCopies(tile)
  }
}
