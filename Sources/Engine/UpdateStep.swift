internal import Kernels
internal import VAE

/// One step of the optimizer on a replica, which is taken tile by tile.
struct UpdateStep {
  private let replica: Replica
  private let optimizer: Adam
  private let number: Int
  private let norm: GradientNorm?

  /// Step `number`, counted from 1, of which `norm`, if there is one, takes note.
  init(_ replica: Replica, _ optimizer: Adam, number: Int, norm: GradientNorm?) {
    (self.replica, self.optimizer, self.number) = (replica, optimizer, number)
    self.norm = norm
  }

  /// Takes the step with the parameters of `tile`, of which `gradient` is the batch's.
  func update(_ tile: GradientTile, _ gradient: Vector) {
    norm?.note(tile, gradient)
    optimizer.update(
      parameters: replica.parameters[tile.range], gradient: gradient,
      firstMoment: replica.firstMoment[tile.range],
      secondMoment: replica.secondMoment[tile.range], step: number)
    replica.updateCopies(tile)
  }

  /// Takes note of the parameters of `tile`, which another team updated.
  func takeOver(_ tile: GradientTile) { replica.updateCopies(tile) }
}
