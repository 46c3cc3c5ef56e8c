import Kernels
import Testing

@Suite struct OperandTests {
  /// 1 2 3
  /// 4 5 6 in either precision, surrounded by NaN.
  private func withOperand(_ precision: Precision, _ body: (Operand) -> Void) {
    let matrix = PaddedMatrix(2, 3, values: [1, 2, 3, 4, 5, 6], padding: 5)
    let memory = Buffer<Float>(repeating: .nan, count: 8)
    let operand =
      precision == .fp32
      ? Operand(matrix.matrix)
      : BFloat16Vector(inPlaceOf: memory.vector).operand(at: 3, rows: 2, columns: 3, stride: 8)
    operand.round(matrix.matrix)
    #expect(operand.precision == precision)
    body(operand)
  }

  @Test(arguments: Precision.allCases)
  func parts(precision: Precision) {
    withOperand(precision) { operand in
      #expect((operand.rows, operand.columns) == (2, 3))
      #expect(operand.elements == [1, 2, 3, 4, 5, 6])
      #expect((operand.transposed.rows, operand.transposed.columns) == (3, 2))
      #expect(operand.transposed.elements == [1, 4, 2, 5, 3, 6])
      #expect(operand.rows(1..<2).elements == [4, 5, 6])
      #expect(operand.columns(1..<3).elements == [2, 3, 5, 6])
      #expect(operand.columns(1..<3).rows(1..<2).elements == [5, 6])
      #expect(operand.transposed.rows(1..<3).columns(0..<1).elements == [2, 3])
      #expect(operand.rows(2..<2).elements.isEmpty)
    }
  }

  /// Rounds elements, and writes nothing around them.
  @Test func rounding() {
    let values: [Float] = [1.001, -2.02, .infinity, 0.3, 3e38, 0x1p-130]
    let matrix = PaddedMatrix(2, 3, values: values, padding: 2)
    let memory = Buffer<Float>(repeating: .nan, count: 8)
    let vector = BFloat16Vector(inPlaceOf: memory.vector)
    let before = (0..<16).map { vector[$0] }
    let operand = vector.operand(at: 3, rows: 2, columns: 3, stride: 8)
    operand.round(matrix.matrix)
    #expect(operand.elements == values.map { BFloat16($0).float })
    let inside = Set([3, 4, 5, 11, 12, 13])
    #expect((0..<16).allSatisfy { inside.contains($0) || vector[$0] == before[$0] })
  }

  /// In fp32 an operand is a view of the matrix, so later writes to the matrix show in it.
  @Test func samePlace() {
    let matrix = PaddedMatrix(1, 2, values: [1, 2])
    let operand = Operand(matrix.matrix)
    matrix.matrix[0, 1] = 5
    operand.round(matrix.matrix)
    #expect(operand.elements == [1, 5])
  }
}
