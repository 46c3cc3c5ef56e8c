/// A part of the gradient that is computed, reduced and applied as one: consecutive rows of one
/// layer's matrix, which are consecutive in memory.
///
/// How a gradient is cut into tiles follows from the layers' sizes alone, never from the number of
/// ranks.
public struct GradientTile: Sendable {
  /// The tile's index among all tiles.
  public let number: Int

  /// The index of the layer in ``ParameterLayout/layers``.
  public let layer: Int

  /// The rows of the layer's matrix (inputs + 1, outputs).
  public let rows: Range<Int>

  /// Where these rows lie among all parameters, in floats.
  public let range: Range<Int>

  /// The most rows of a tile. With 64 rows its gradient, parameters and moments stay in cache while
  /// the tile is applied, and the product that computes it runs at full speed.
  private static let mostRows = 64

  /// Cuts `layer` into tiles with numbers of rows as equal as possible. The first one has number
  /// `first`.
  static func tiles(of layer: LinearLayer, numberedFrom first: Int) -> [GradientTile] {
    let rows = layer.inputs + 1
    let count = (rows + mostRows - 1) / mostRows
    return (0..<count).map { tile in
      let piece = rows * tile / count..<rows * (tile + 1) / count
      let offset = layer.offset + piece.lowerBound * layer.outputs
      return GradientTile(
        number: first + tile, layer: layer.number, rows: piece,
        range: offset..<offset + piece.count * layer.outputs)
    }
  }
}
