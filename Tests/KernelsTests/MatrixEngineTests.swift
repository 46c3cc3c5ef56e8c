import Kernels
import Testing

/// Matrix products against plain sums in double precision.
@Suite struct MatrixEngineTests {
  let engine = MatrixEngine()

  /// Shapes of layers and their gradients, odd ones, single rows, columns and inner dimensions,
  /// and those around the widths of vector registers.
  @Test(arguments: [
    (1, 1, 1), (1, 7, 1), (7, 1, 7), (1, 20, 33), (33, 20, 1), (2, 3, 4), (5, 16, 16),
    (15, 17, 31), (16, 16, 16), (17, 15, 33), (47, 48, 49), (32, 63, 65), (3, 200, 130),
    (65, 40, 20), (20, 784, 40), (33, 128, 50), (31, 385, 19), (1, 400, 130),
  ])
  func product(rows: Int, inner: Int, columns: Int) {
    let reference = ProductReference(rows: rows, inner: inner, columns: columns)
    for variant in ProductVariant.all {
      let result = variant.run(reference, engine)
      #expect(result.isIntact, "\(variant) wrote outside")
      #expect(result.worstError <= 1, "\(variant)")
    }
  }

  @Test func withoutInnerDimension() {
    let a = PaddedMatrix(2, 0)
    let b = PaddedMatrix(0, 3)
    let c = PaddedMatrix(2, 3, values: [1, 2, 3, 4, 5, 6], padding: 2)
    let bias = PaddedMatrix(1, 3, values: [7, 8, -9])
    engine.multiply(
      a.matrix, b.matrix, into: c.matrix, bias: bias.matrix, epilogue: .rectifier)
    #expect(c.matrix.elements == [7, 8, 0, 7, 8, 0])
    engine.multiply(a.matrix, b.matrix, into: c.matrix)
    #expect(c.matrix.elements == [0, 0, 0, 0, 0, 0])
    let isIntact = c.surroundingsAreIntact()
    #expect(isIntact)
  }

  @Test(arguments: [(0, 3), (3, 0), (0, 0)])
  func withoutResult(shape: (rows: Int, columns: Int)) {
    let a = PaddedMatrix(shape.rows, 4)
    let b = PaddedMatrix(4, shape.columns)
    let c = PaddedMatrix(shape.rows, shape.columns, padding: 3)
    let bias = PaddedMatrix(1, 3)
    engine.multiply(
      a.matrix, b.matrix, into: c.matrix, bias: bias.matrix.columns(0..<shape.columns),
      epilogue: .rectifier)
    let isIntact = c.surroundingsAreIntact()
    #expect(isIntact)
  }

  /// A rectifier keeps NaN and infinity, so that they show in the loss.
  @Test(arguments: [Float.nan, .infinity], [false, true])
  func notFinite(value: Float, rectifies: Bool) {
    let a = PaddedMatrix(2, 3, values: [1, 1, 1, 1, value, 1])
    let b = PaddedMatrix(3, 20)
    b.matrix.fill(1)
    let c = PaddedMatrix(2, 20)
    engine.multiply(a.matrix, b.matrix, into: c.matrix, epilogue: rectifies ? .rectifier : .none)
    #expect(c.matrix.rows(0..<1).elements.allSatisfy { $0 == 3 })
    #expect(c.matrix.rows(1..<2).elements.allSatisfy { !$0.isFinite })
  }
}
