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

  /// The next operand (capacity, columns).
  mutating func operand(
    _ columns: Int, _ precision: Precision, isMostlyZero: Bool = false
  ) -> Operand {
    guard precision == .bf16 else {
      return Operand(matrix(columns), isMostlyZero: isMostlyZero)
    }
    let stride = Self.floats(columns, .bf16)
    defer { offset += capacity * stride }
    return BFloat16Vector(inPlaceOf: memory[offset..<offset + capacity * stride])
      .operand(
        rows: capacity, columns: columns, stride: 2 * stride, isMostlyZero: isMostlyZero)
  }

  /// The floats of `operand`: itself, or in the next memory a matrix that is rounded to it.
  mutating func floats(of operand: Operand) -> Matrix {
    operand.matrix ?? matrix(operand.columns)
  }
}
