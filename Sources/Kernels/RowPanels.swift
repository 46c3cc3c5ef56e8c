/// A batch's rows cut so that a row's products have the same bits however many ranks share them.
///
/// oneDNN's single-precision kernels for AVX2 compute six rows at a time. They choose another
/// kernel for a remainder of less, and cut the work elsewhere beyond 72 rows; both change the order
/// of sums. Panels that begin at multiples of six rows of the batch, and hold no more than 66 and a
/// remainder, meet the same kernels whoever computes them. AVX-512 kernels do not care.
public struct RowPanels: Sequence, IteratorProtocol {
  /// The rows that stay together.
  public static let unit = 6

  /// The rows of a panel that is not the last.
  static let height = 11 * unit

  private var rest: Range<Int>

  /// Cuts `rows`, which begin at a multiple of ``unit``.
  public init(_ rows: Range<Int>) { rest = rows }

  /// The next panel.
  public mutating func next() -> Range<Int>? {
    guard !rest.isEmpty else { return nil }
    let end = rest.count < Self.height + Self.unit ? rest.upperBound : rest.lowerBound + Self.height
    defer { rest = end..<rest.upperBound }
    return rest.lowerBound..<end
  }
}
