internal import Kernels
internal import VAE

/// One step of the optimizer on a replica, which is taken tile by tile.
struct UpdateStep {
  private let replica: Replica
  private let optimizer: Adam
  private let number: Int

  /// Step `number`, counted from 1.
  init(_ replica: Replica, _ optimizer: Adam, number: Int) {
    (self.replica, self.optimizer, self.number) = (replica, optimizer, number)
  }

  /// Takes the step with the parameters of `tile`, of which `gradient` is the batch's.
  func update(_ tile: GradientTile, _ gradient: Vector) {
    optimizer.update(
      parameters: replica.parameters[tile.range], gradient: gradient,
      firstMoment: replica.firstMoment[tile.range],
      secondMoment: replica.secondMoment[tile.range],
      copy: replica.copy.map { $0[tile.range] }, step: number)
  }

  /// Takes note of parameters that another team updated.
  func takeOver(_ range: Range<Int>) { replica.updateCopy(range) }
}
