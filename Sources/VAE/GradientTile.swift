internal import Kernels

/// A fixed piece of the gradient: some rows of one layer's matrix, consecutive in memory.
///
/// The cut into tiles follows from the layers' sizes alone, never from the number of ranks.
public struct GradientTile: Sendable {
  /// Its place among all tiles.
  public let number: Int

  /// The layer's number.
  public let layer: Int

  /// The rows of the layer's matrix (inputs + 1, outputs).
  public let rows: Range<Int>

  /// Where these rows lie among all parameters.
  public let range: Range<Int>

  /// The most rows of a tile: its gradient and moments stay in cache, its product runs at full
  /// rate.
  private static let mostRows = 64

  /// The tiles of layer `number`, as even as its number of rows allows, the first of which is tile
  /// `first`.
  static func tiles(of layer: LinearLayer, number: Int, after first: Int) -> [GradientTile] {
    let rows = layer.inputs + 1
    let count = (rows + mostRows - 1) / mostRows
    return (0..<count).map { tile in
      let piece = rows * tile / count..<rows * (tile + 1) / count
      let offset = layer.offset + piece.lowerBound * layer.outputs
      return GradientTile(
        number: first + tile, layer: number, rows: piece,
        range: offset..<offset + piece.count * layer.outputs)
    }
  }

  /// Computes the tile of xᵀ δ into `gradient`, of as many floats.
  ///
  /// `input` is (n, inputs + 1), `delta` (n, outputs); without samples the tile is zero.
  func compute(input: Operand, delta: Operand, into gradient: Vector, engine: MatrixEngine) {
    engine.sumOverPositions(
      input.columns(rows), delta,
      into: gradient.matrix(rows: rows.count, columns: delta.columns))
  }
}
