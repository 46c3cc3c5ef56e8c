import Kernels
import Testing

/// A row's bits do not depend on how many rows are computed with it, be they fewer than a kernel's
/// block: what the same bits on any number of ranks rest on.
@Suite struct FewRowsTests {
  /// The sizes of layers, and how far the rows of x and of the result lie apart: close together, as
  /// in a model, and as in a model with narrow layers.
  static let sizes = [
    [784, 400, 784, 400], [784, 400, 800, 400], [400, 40, 416, 48], [20, 400, 32, 400],
    [400, 20, 400, 32], [64, 16, 80, 16], [4, 16, 16, 16], [7, 33, 16, 48],
  ]

  @Test(
    "AVX-512 computes a row alike among any others",
    .enabled(if: InstructionSet.effective.contains(.avx512), "no AVX-512 here"),
    arguments: sizes, [false, true])
  func alike(size: [Int], isTransposed: Bool) {
    let (rows, inner, columns) = (40, size[0], size[1])
    let x = normals(rows * size[2], seed: 1)
    let input = Buffer<Float>(repeating: 0, count: rows * size[2])
    let output = Buffer<Float>(repeating: 0, count: rows * size[3])
    let cut = Buffer<Float>(repeating: 0, count: rows * size[3])
    input.vector.matrix(rows: rows, columns: size[2]).copy(from: x)
    let weights = Buffer<Float>(repeating: 0, count: inner * columns)
    weights.vector.matrix(rows: inner, columns: columns)
      .copy(from: normals(inner * columns, seed: 2))
    let w =
      isTransposed
      ? weights.vector.matrix(rows: columns, columns: inner).transposed
      : weights.vector.matrix(rows: inner, columns: columns)
    let a = input.vector.matrix(rows: rows, columns: inner, stride: size[2])
    let whole = output.vector.matrix(rows: rows, columns: columns, stride: size[3])
    let part = cut.vector.matrix(rows: rows, columns: columns, stride: size[3])
    let engine = MatrixEngine()
    engine.multiply(a, w, into: whole)
    for count in 1...24 {
      for epilogue in [Epilogue.none, .rectifier] {
        let range = rows - count..<rows
        engine.multiply(a.rows(range), w, into: part.rows(range), epilogue: epilogue)
        let expected = whole.rows(range).elements.map { epilogue == .none ? $0 : max($0, 0) }
        #expect(part.rows(range).elements == expected, "\(count) rows, \(epilogue)")
      }
    }
  }

  /// Small whole numbers, whose sums are exact in any order.
  @Test("few rows are added to what is there", arguments: [1, 3, 15, 16])
  func accumulated(rows: Int) {
    let (inner, columns) = (5, 7)
    let memory = Buffer<Float>(
      repeating: 0, count: rows * inner + inner * columns + rows * columns)
    let a = memory.vector.matrix(rows: rows, columns: inner)
    let b = memory.vector.matrix(at: rows * inner, rows: inner, columns: columns)
    let c = memory.vector.matrix(
      at: rows * inner + inner * columns, rows: rows, columns: columns)
    a.copy(from: (0..<rows * inner).map { Float($0 % 11) })
    b.copy(from: (0..<inner * columns).map { Float($0 % 5 - 2) })
    c.copy(from: (0..<rows * columns).map { Float($0) })
    let expected = (0..<rows).flatMap { row in
      (0..<columns).map { column in
        (0..<inner).reduce(Float(row * columns + column)) { $0 + a[row, $1] * b[$1, column] }
      }
    }
    MatrixEngine().multiply(a, b, into: c, epilogue: .accumulate)
    #expect(c.elements == expected)
  }
}
