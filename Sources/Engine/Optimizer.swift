internal import Kernels
internal import VAE

/// What a step does to a replica's parameters, tile by tile: by the rule that ``Recipe/optimizer(step:)``
/// gives for it.
struct Optimizer {
  private let recipe: Recipe
  private let replica: Replica

  /// The optimizer of `recipe` for the parameters of `replica`.
  init(_ recipe: Recipe, _ replica: Replica) { (self.recipe, self.replica) = (recipe, replica) }

  /// Takes step number `step`, counted from 1, with the parameters of `tile`, whose `gradient` is the
  /// mean over the batch.
  func update(_ tile: GradientTile, _ gradient: Vector, step: Int) {
    recipe.optimizer(step: step).update(
      parameters: replica.parameters[tile.range], gradient: gradient,
      firstMoment: replica.firstMoment[tile.range],
      secondMoment: replica.secondMoment[tile.range], step: step)
    replica.updateCopies(tile)
  }
}
