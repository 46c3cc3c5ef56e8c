import Kernels

/// A factor in either precision inside a larger buffer of NaN.
struct PaddedOperand: ~Copyable {
  let operand: Operand

  // The owners of the operand's memory.
  private let matrix: PaddedMatrix
  private let memory: Buffer<Float>

  /// The factor with `values` in row-major order, `padding` numbers before, between and after its
  /// rows, or, where it is `transposed`, its columns.
  init(
    _ rows: Int, _ columns: Int, values: [Float], padding: Int = 0, transposed: Bool = false,
    precision: Precision
  ) {
    matrix = PaddedMatrix(rows, columns, values: values, padding: padding, transposed: transposed)
    let (lines, length) = transposed ? (columns, rows) : (rows, columns)
    let stride = padding + length
    memory = Buffer(repeating: .nan, count: (padding + lines * stride + 1) / 2)
    guard precision == .bf16 else {
      operand = Operand(matrix.matrix)
      return
    }
    let copy = BFloat16Vector(inPlaceOf: memory.vector)
      .operand(at: padding, rows: lines, columns: length, stride: stride)
    copy.round(transposed ? matrix.matrix.transposed : matrix.matrix)
    operand = transposed ? copy.transposed : copy
  }
}
