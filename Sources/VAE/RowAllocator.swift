internal import Kernels

/// Cuts memory that is aligned to 64 bytes into matrices, one after another. Each row is aligned likewise.
struct RowAllocator {
  private let memory: Vector

  /// Where the next matrix starts: the number of floats before it.
  private(set) var offset = 0

  init(_ memory: Vector) { self.memory = memory }

  /// The number of floats whose memory a row of `columns` numbers in `precision` takes, with the
  /// gap after it.
  static func floats(perRow columns: Int, _ precision: Precision) -> Int {
    let line = Buffer<Float>.alignment / MemoryLayout<Float>.stride
    switch precision {
    case .fp32: return columns.rounded(upToMultipleOf: line)
    case .bf16: return columns.rounded(upToMultipleOf: 2 * line) / 2
    }
  }

  /// Cuts off a matrix (rows, columns).
  mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    let stride = Self.floats(perRow: columns, .fp32)
    defer { offset += rows * stride }
    return memory.matrix(at: offset, rows: rows, columns: columns, stride: stride)
  }

  /// Cuts off an operand (rows, columns).
  mutating func operand(
    _ rows: Int, _ columns: Int, _ precision: Precision, isMostlyZero: Bool = false
  ) -> Operand {
    guard precision == .bf16 else {
      return Operand(matrix(rows, columns), isMostlyZero: isMostlyZero)
    }
    let stride = Self.floats(perRow: columns, .bf16)
    defer { offset += rows * stride }
    return BFloat16Vector(inPlaceOf: memory[offset..<offset + rows * stride])
      .operand(
        rows: rows, columns: columns, stride: 2 * stride, isMostlyZero: isMostlyZero)
  }

  /// The floats that `operand` is rounded from: `operand` itself if it is fp32, otherwise a matrix
  /// of the same shape, which is cut off.
  mutating func floats(for operand: Operand) -> Matrix {
    operand.matrix ?? matrix(operand.rows, operand.columns)
  }
}
