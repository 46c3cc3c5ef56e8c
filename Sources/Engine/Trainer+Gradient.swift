internal import Kernels
internal import VAE

// From the deltas of a batch to new parameters.

extension Trainer {
  /// Updates the parameters with the gradient of `batch`, tile by tile while the tile is in cache.
  func applyGradient(of batch: BatchExtent, isMeasured: Bool) throws {
    let (rule, number) = nextRule
    let measuredNorm = isMeasured ? norm : nil
    try exchanges.current.applyGradient(of: batch, workers) { worker, tile, rows, gradient in
      worker.model.computeGradient(
        of: tile, from: activations, layerRows: rows, into: gradient)
    } update: { tile, gradient in
      measuredNorm?.note(tile, gradient)
      optimizer.update(tile, gradient, by: rule, step: number)
    } adopt: { tile in
      replica.updateCopies(tile)
    }
  }

  /// Updates the parameters with the gradient of `batch`, scaled down to the norm `limit` where its norm is
  /// greater: all of it is computed before any parameter changes.
  mutating func applyGradient(
    of batch: BatchExtent, clippedTo limit: Double
  ) throws {
    try exchanges.current.keepGradient(of: batch, workers) { worker, tile, rows, gradient in
      worker.model.computeGradient(
        of: tile, from: activations, layerRows: rows, into: gradient)
    } note: { tile, gradient in
      norm.note(tile, gradient)
    }
    try waitForTeam()  // The norms of the whole team are there.
    try gatherNorms()
    let (rule, number) = nextRule
    let scale = norm.scale(to: limit)
    // All ranks have the same norms.
    guard scale.isFinite else { return report.refuse() }
    try exchanges.current.applyKeptGradient(of: batch, workers) { tile, gradient in
      if scale != 1 { gradient.multiply(by: scale) }
      optimizer.update(tile, gradient, by: rule, step: number)
    } adopt: { tile in
      replica.updateCopies(tile)
    }
  }

  /// The rule of the step that is being taken, and the step's number.
  var nextRule: (rule: any UpdateRule, number: Int) {
    let number = progress.step + 1
    let rule = recipe.updateRule(
      step: number, batchesPerEpoch: batches.batchCount, plateau: progress.plateau)
    return (rule, number)
  }

  /// Where teams share the tiles: fetches the norms of the tiles that other teams have computed.
  private mutating func gatherNorms() throws {
    guard exchanges.plan.sharesTiles else { return }
    try exchanges.current.gatherNorms()
    workers.main.clock.end(.exchange)
    try waitForTeam()
  }
}
