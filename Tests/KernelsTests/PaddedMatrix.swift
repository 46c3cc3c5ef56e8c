import Kernels

/// A matrix inside a larger buffer. The floats around it are `poison`, which must not be used.
struct PaddedMatrix: ~Copyable {
  let matrix: Matrix

  private let buffer: Buffer<Float>
  private let poison: Float

  /// A matrix of zeros with `padding` floats before, between and after its rows, or, where it is
  /// `transposed`, its columns.
  init(
    _ rows: Int, _ columns: Int, padding: Int = 0, transposed: Bool = false, poison: Float = .nan
  ) {
    let (lines, length) = transposed ? (columns, rows) : (rows, columns)
    let stride = padding + length
    buffer = Buffer(repeating: poison, count: padding + lines * stride)
    let view = buffer.vector.matrix(at: padding, rows: lines, columns: length, stride: stride)
    matrix = transposed ? view.transposed : view
    self.poison = poison
    matrix.fill(0)
  }

  /// The same with `values` in row-major order.
  init(
    _ rows: Int, _ columns: Int, values: [Float], padding: Int = 0, transposed: Bool = false,
    poison: Float = .nan
  ) {
    self.init(rows, columns, padding: padding, transposed: transposed, poison: poison)
    matrix.copy(from: values)
  }

  /// Whether no float around the matrix was written. The call overwrites the matrix.
  func surroundingsAreIntact() -> Bool {
    matrix.fill(poison)
    let span = buffer.span
    return span.indices.allSatisfy { span[$0].bitPattern == poison.bitPattern }
  }
}
