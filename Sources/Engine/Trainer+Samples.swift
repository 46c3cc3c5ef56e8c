internal import Images
internal import Kernels
internal import VAE

// What a step takes through the model.

extension Trainer {
  /// Fills the pixels of the samples `rows` with the images at `positions` of the epoch.
  func fillImages(_ rows: Range<Int>, positions: Range<Int>) {
    dataset.fill(
      activations.pixels.rows(rows), as: activations.pixelOperand.rows(rows),
      order: draws.order, positions: positions, draws: draws.pixels)
    let shift = positions.lowerBound - rows.lowerBound
    activations.fillLabels(rows) { dataset.label(ofImage: Int(draws.order.images[$0 + shift])) }
  }

  /// Fills the noise of the samples `rows`, whose positions in the epoch are `positions`.
  func fillNoise(_ rows: Range<Int>, positions: Range<Int>) {
    guard recipe.model.draws else { return }
    let count = activations.draws
    draws.noise.fillNormal(
      activations.noise.rows(activations.decoderRows(rows)),
      positions: positions.lowerBound * count..<positions.upperBound * count)
  }

  /// Where teams share the tiles: fetches what other teams have computed for the samples in `held`. Pixels
  /// are not sent: they are filled in from this node's images.
  mutating func gatherSamples(of batch: Range<Int>, in held: Range<Int>) throws {
    guard exchanges.plan.sharesTiles else { return }
    try exchanges.current.gatherSamples(batch.count)
    workers.main.clock.end(.exchange)
    let own = ownPositions(in: batch)
    workers.run { worker in
      for others in [held.lowerBound..<own.lowerBound, own.upperBound..<held.upperBound] {
        let positions = worker.teamShare.part(of: others)
        fillImages(positions.relative(to: held), positions: positions)
      }
      worker.clock.end(.batch)
    }
    try waitForTeam()
  }
}
