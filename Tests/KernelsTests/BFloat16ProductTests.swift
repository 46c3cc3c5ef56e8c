import Kernels
import Testing

/// Products of factors in bf16, where there is hardware for them, against plain sums in double
/// precision of the rounded factors: products of two such numbers are exact in fp32.
@Suite(.enabled(if: Precision.bf16.isAvailable, "this processor has no AVX-512 BF16"))
struct BFloat16ProductTests {
  let engine = MatrixEngine()

  /// Shapes of layers and their gradients, odd ones, and single rows, columns and inner dimensions.
  @Test(arguments: [
    (1, 1, 1), (1, 7, 1), (7, 1, 7), (2, 3, 4), (15, 17, 31), (16, 16, 16), (17, 15, 33),
    (32, 63, 65), (3, 200, 130), (65, 40, 20), (20, 784, 40), (66, 20, 400), (61, 128, 400),
  ])
  func product(rows: Int, inner: Int, columns: Int) {
    let reference = ProductReference(rows: rows, inner: inner, columns: columns, precision: .bf16)
    for variant in ProductVariant.all {
      let result = variant.run(reference, engine)
      #expect(result.isIntact, "\(variant) wrote outside")
      #expect(result.worstError <= 1, "\(variant)")
    }
  }

  /// A row's bits do not depend on how many rows are computed with it: ranks share batches by rows,
  /// in parts that begin at multiples of six and have six at least. (A row alone has other bits.)
  @Test(arguments: [(784, 400), (400, 40), (20, 400), (400, 784)])
  func rows(inner: Int, columns: Int) {
    let reference = ProductReference(rows: 130, inner: inner, columns: columns, precision: .bf16)
    for isTransposed in [false, true] {
      let all = result(reference, rows: 0..<130, isTransposed)
      for rows in [0..<6, 6..<12, 6..<72, 66..<128, 0..<66, 66..<130, 60..<126, 120..<130] {
        let part = result(reference, rows: rows, isTransposed)
        #expect(part.bits == Array(all[rows.lowerBound * columns..<rows.upperBound * columns]).bits)
      }
    }
  }

  private func result(
    _ reference: ProductReference, rows: Range<Int>, _ isTransposed: Bool
  ) -> [Float] {
    let (inner, columns) = (reference.inner, reference.columns)
    let a = PaddedOperand(reference.rows, inner, reference.a, padding: 3, precision: .bf16)
    let b = PaddedOperand(
      inner, columns, reference.b, padding: 0, transposed: isTransposed, precision: .bf16)
    let c = PaddedMatrix(rows.count, columns)
    engine.multiply(a.operand.rows(rows), b.operand, into: c.matrix)
    return c.matrix.elements
  }
}
