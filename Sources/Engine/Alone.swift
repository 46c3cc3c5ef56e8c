internal import Kernels
internal import VAE

/// The exchange of a lone team: none. Each tile of the gradient falls to one rank, which sums the tile in one
/// order, whatever the number of ranks, and updates the tile's parameters while the sum is in cache.
final class Alone: Exchange {
  private let tiles: OwnTiles
  private let report: TeamReport

  init(_ site: ExchangeSite, _ plan: ExchangePlan) {
    tiles = OwnTiles(site, plan)
    report = site.report
  }

  func applyGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: TileGradient, update: (GradientTile, Vector) -> Void,
    adopt: (GradientTile) -> Void
  ) {
    let isSound = report.found.isSound(batch.positions)
    tiles.compute(batch, workers, gradient) { if isSound { update($0, $1) } }
  }

  func keepGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: TileGradient, note: (GradientTile, Vector) -> Void
  ) {
    tiles.compute(batch, workers, gradient, update: note)
  }

  func applyKeptGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    update: (GradientTile, Vector) -> Void, adopt: (GradientTile) -> Void
  ) {
    if report.found.isSound(batch.positions) { tiles.update(workers, by: update) }
  }

  func sentBytes(_ count: Int) -> Int { 0 }
  func free() {}
}

/// The tiles that fall to this rank and to no other, and memory for the gradient of one tile on each thread,
/// or of all tiles where the plan keeps them.
struct OwnTiles {
  private let order: TilePlan
  private let memory: Vector
  private let activations: Activations

  init(_ site: ExchangeSite, _ plan: ExchangePlan) {
    (order, memory, activations) = (plan.order, site.gradients, site.activations)
  }

  /// Computes the `gradient` of each tile over `batch`, and at once calls `update` with it.
  func compute(
    _ batch: BatchExtent, _ workers: borrowing Workers, _ gradient: TileGradient,
    update: (GradientTile, Vector) -> Void
  ) {
    let (order, memory, activations) = (order, memory, activations)
    workers.run { worker in
      for (tile, offset) in order.tiles[worker.number].joined() {
        let sum = memory[offset..<offset + tile.range.count]
        let rows = activations.rows(0..<batch.count, ofLayer: tile.layer)
        gradient(worker, tile, rows, sum)
        update(tile, sum)
      }
      worker.clock.end(.gradients)
    }
    workers.main.clock.end(.waiting)
  }

  /// Calls `update` with the gradient of each tile, all of which were computed and kept.
  func update(_ workers: borrowing Workers, by update: (GradientTile, Vector) -> Void) {
    let (order, memory) = (order, memory)
    workers.run { worker in
      for (tile, offset) in order.tiles[worker.number].joined() {
        update(tile, memory[offset..<offset + tile.range.count])
      }
      worker.clock.end(.gradients)
    }
    workers.main.clock.end(.waiting)
  }
}
