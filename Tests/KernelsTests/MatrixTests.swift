import Kernels
import Testing

@Suite struct MatrixTests: ~Copyable {
  /// 1 2 3
  /// 4 5 6, one float apart in memory.
  let padded = PaddedMatrix(2, 3, values: [1, 2, 3, 4, 5, 6], padding: 1)
  private var matrix: Matrix { padded.matrix }

  @Test func shape() {
    #expect((matrix.rows, matrix.columns) == (2, 3))
    #expect((matrix.rowStride, matrix.columnStride) == (4, 1))
    #expect((matrix[0, 0], matrix[0, 2], matrix[1, 0], matrix[1, 2]) == (1, 3, 4, 6))
  }

  @Test func transposed() {
    let transposed = matrix.transposed
    #expect((transposed.rows, transposed.columns) == (3, 2))
    #expect((transposed.rowStride, transposed.columnStride) == (1, 4))
    #expect(transposed.elements == [1, 4, 2, 5, 3, 6])
    transposed[2, 0] = 30
    #expect(matrix[0, 2] == 30)
    #expect(transposed.transposed.elements == [1, 2, 30, 4, 5, 6])
  }

  @Test func rowsAndColumns() {
    #expect(matrix.rows(1..<2).elements == [4, 5, 6])
    #expect(matrix.columns(1..<3).elements == [2, 3, 5, 6])
    #expect(matrix.columns(1..<3).rows(1..<2).elements == [5, 6])
    #expect(matrix.transposed.rows(1..<3).elements == [2, 5, 3, 6])
    #expect(matrix.transposed.columns(1..<2).elements == [4, 5, 6])
    #expect(matrix.rows(2..<2).elements.isEmpty)
    #expect((matrix.columns(3..<3).rows, matrix.columns(3..<3).columns) == (2, 0))
  }

  @Test func fill() {
    matrix.columns(1..<2).fill(0)
    #expect(matrix.elements == [1, 0, 3, 4, 0, 6])
    matrix.transposed.rows(0..<1).fill(9)
    #expect(matrix.elements == [9, 0, 3, 9, 0, 6])
  }

  @Test(arguments: [false, true], [false, true])
  func copy(source: Bool, target: Bool) {
    let values: [Float] = [6, 5, 4, 3, 2, 1]
    let from = PaddedMatrix(3, 2, values: values, padding: 2, transposed: source)
    let to = PaddedMatrix(3, 2, padding: 5, transposed: target)
    to.matrix.copy(from: from.matrix)
    #expect(to.matrix.elements == values)
    #expect(from.matrix.elements == values)
    let isIntact = to.surroundingsAreIntact()
    #expect(isIntact)
  }

  /// Sizes below, at and above those of the blocks of a transposed copy.
  @Test(arguments: [1, 63, 64, 65, 130], [1, 7, 8, 9, 25])
  func transposedCopy(rows: Int, columns: Int) {
    let values = (0..<rows * columns).map(Float.init)
    let from = PaddedMatrix(rows, columns, values: values, padding: 3, transposed: true)
    let to = PaddedMatrix(rows, columns, padding: 5)
    to.matrix.copy(from: from.matrix)
    #expect(to.matrix.elements == values)
    let isIntact = to.surroundingsAreIntact()
    #expect(isIntact)
  }

  @Test func copyOfArray() {
    matrix.transposed.copy(from: [1, 2, 3, 4, 5, 6])
    #expect(matrix.elements == [1, 3, 5, 2, 4, 6])
  }
}
