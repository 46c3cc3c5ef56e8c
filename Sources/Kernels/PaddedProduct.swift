/// Memory for a product of few rows to be computed as one of more, whose rows have other products'
/// bits.
///
/// oneDNN's single-precision kernels for AVX-512 sum in another order where a product has fewer
/// than 16 rows and its factors' rows do not follow one another without a gap (oneDNN 2.6.3: of all
/// counts from 1 to 128, those). Products in bf16 do not, nor do those for AVX2, where panels see
/// to it.
final class PaddedProduct {
  /// The rows from which on a row's bits do not depend on their number.
  private static let leastRows = 16

  private let a: Buffer<Float>
  private let c: Buffer<Float>

  init(_ shape: MatrixProduct.Shape) {
    a = Buffer(repeating: 0, count: shape.a.rows * shape.a.rowStride)
    c = Buffer(repeating: 0, count: shape.c.rows * shape.c.rowStride)
  }

  /// The shape to compute instead of `shape`; nil where it is right as it is.
  static func shape(for shape: MatrixProduct.Shape) -> MatrixProduct.Shape? {
    guard shape.precision == .fp32, shape.a.rows < leastRows, shape.a.isRowMajor,
      shape.c.isRowMajor, InstructionSet.effective.contains(.avx512)
    else { return nil }
    return MatrixProduct.Shape(
      a: shape.a.with(rows: leastRows), b: shape.b, c: shape.c.with(rows: leastRows),
      precision: shape.precision, hasBias: shape.hasBias, accumulates: shape.accumulates)
  }

  /// Calls `multiply` with the rows of `a` and, below them, some of no meaning, and keeps what it
  /// makes of the former in `c`, which is read, too, where the product `accumulates`.
  func run(_ a: Operand, into c: Matrix, accumulates: Bool, _ multiply: (Operand, Matrix) -> Void) {
    let rows = Matrix(base: a.base.assumingMemoryBound(to: Float.self), layout: a.layout)
    let padded = self.a.vector.matrix(
      rows: Self.leastRows, columns: a.columns, stride: a.layout.rowStride)
    let result = self.c.vector.matrix(
      rows: Self.leastRows, columns: c.columns, stride: c.rowStride)
    padded.rows(0..<a.rows).copy(from: rows)
    if accumulates { result.rows(0..<c.rows).copy(from: c) }
    multiply(Operand(padded), result)
    c.copy(from: result.rows(0..<c.rows))
  }
}

extension MatrixLayout {
  fileprivate var isRowMajor: Bool { columnStride == 1 && rowStride >= columns }

  fileprivate func with(rows: Int) -> MatrixLayout {
    MatrixLayout(rows: rows, columns: columns, rowStride: rowStride, columnStride: columnStride)
  }
}
