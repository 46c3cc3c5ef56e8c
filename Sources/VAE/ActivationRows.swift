internal import Kernels

/// Memory that is cut into matrices of `capacity` rows, one behind the other, each row on 64 bytes.
struct ActivationRows {
  private let memory: Vector
  private let capacity: Int

  /// The floats that are given out.
  private(set) var offset = 0

  init(_ memory: Vector, _ capacity: Int) {
    self.memory = memory
    self.capacity = capacity
  }

  /// The floats in whose place a row of `columns` numbers lies.
  static func floats(_ columns: Int, _ precision: Precision) -> Int {
    let line = Buffer<Float>.alignment / MemoryLayout<Float>.stride
    switch precision {
    case .fp32: return columns.rounded(upToMultipleOf: line)
    case .bf16: return columns.rounded(upToMultipleOf: 2 * line) / 2
    }
  }

  /// The next matrix (capacity, columns).
  mutating func matrix(_ columns: Int) -> Matrix {
    let stride = Self.floats(columns, .fp32)
    defer { offset += capacity * stride }
    return memory.matrix(at: offset, rows: capacity, columns: columns, stride: stride)
  }

  /// The next operand (capacity, columns) in bf16.
  private mutating func rounded(_ columns: Int) -> Operand {
    let stride = Self.floats(columns, .bf16)
    defer { offset += capacity * stride }
    return BFloat16Vector(inPlaceOf: memory[offset..<offset + capacity * stride])
      .operand(rows: capacity, columns: columns, stride: 2 * stride)
  }

  /// A matrix (capacity, columns) and what products read of it: one in `shared` for both, or one in
  /// `own` and its rounded copy in `shared`.
  static func take(
    _ columns: Int, _ precision: Precision, shared: inout ActivationRows,
    own: inout ActivationRows, isMostlyZero: Bool = false
  ) -> (Matrix, Operand) {
    switch precision {
    case .fp32:
      let matrix = shared.matrix(columns)
      return (matrix, Operand(matrix, isMostlyZero: isMostlyZero))
    case .bf16: return (own.matrix(columns), shared.rounded(columns))
    }
  }
}
