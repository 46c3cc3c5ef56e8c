/// A non-owning view of a matrix that products read or write. Unlike a ``Matrix``, it can have
/// either ``Precision``, and can be marked as mostly zero.
///
/// The memory must outlive the view. Ranges are checked in every build.
public struct Operand {
  let base: UnsafeMutableRawPointer
  let layout: MatrixLayout

  /// The format of the numbers.
  public let precision: Precision

  /// Whether most of the numbers are zero. Products then skip the zeros, which is faster and gives
  /// the same bits if the second factor is finite.
  public let isMostlyZero: Bool

  /// The number of rows.
  public var rows: Int { layout.rows }

  /// The number of columns.
  public var columns: Int { layout.columns }

  /// A view of `matrix` itself, in fp32.
  public init(_ matrix: Matrix, isMostlyZero: Bool = false) {
    self.init(
      base: matrix.base, layout: matrix.layout, precision: .fp32, isMostlyZero: isMostlyZero)
  }

  init(
    base: UnsafeMutableRawPointer, layout: MatrixLayout, precision: Precision,
    isMostlyZero: Bool = false
  ) {
    self.base = base
    self.layout = layout
    self.precision = precision
    self.isMostlyZero = isMostlyZero
  }

  /// The operand as a matrix of floats; nil if it is in bf16.
  public var matrix: Matrix? {
    precision == .fp32
      ? Matrix(base: base.assumingMemoryBound(to: Float.self), layout: layout) : nil
  }

  /// A view of the same elements with rows and columns exchanged.
  public var transposed: Operand {
    Operand(
      base: base, layout: layout.transposed, precision: precision, isMostlyZero: isMostlyZero)
  }

  /// The rows in `range`.
  public func rows(_ range: Range<Int>) -> Operand {
    let part = layout.rows(range)
    let bytes = part.distance * precision.stride
    return Operand(
      base: base + bytes, layout: part.layout, precision: precision, isMostlyZero: isMostlyZero)
  }

  /// The columns in `range`.
  public func columns(_ range: Range<Int>) -> Operand {
    transposed.rows(range).transposed
  }

  /// A copy of the elements in row-major order.
  public var elements: [Float] {
    (0..<rows).flatMap { row in
      (0..<columns).map { column in
        let offset = row * layout.rowStride + column * layout.columnStride
        return switch precision {
        case .fp32: base.assumingMemoryBound(to: Float.self)[offset]
        case .bf16: base.assumingMemoryBound(to: BFloat16.self)[offset].float
        }
      }
    }
  }

  /// Sets every element of a row-major operand to `value`, rounded to the operand's precision.
  public func fill(_ value: Float) {
    let values = [Float](repeating: value, count: columns)
    values.withUnsafeBufferPointer { values in
      for row in 0..<rows { store(values.baseAddress!, inRow: row) }
    }
  }

  /// Sets the elements to `values`, rounded to the operand's precision. Operand and `values` are
  /// row-major and have the same shape.
  ///
  /// An operand in fp32 must be a view of `values`; then there is nothing to do.
  public func round(_ values: Matrix) {
    requireView(of: values)
    for row in 0..<rows { roundRow(row, from: values) }
  }

  /// Traps unless `values` fits ``round(_:)``.
  func requireView(of values: Matrix) {
    values.requireRowMajor("values", rows: rows, columns: columns)
    require(layout.columnStride == 1, "an operand that is written must be row-major")
    require(
      precision == .bf16 || base == UnsafeMutableRawPointer(values.base),
      "an operand of other values")
  }

  /// Rounds one row of `values` as ``round(_:)`` does, without checks: for loops that have just
  /// written that row.
  @inline(__always)
  func roundRow(_ row: Int, from values: Matrix) {
    if precision == .bf16 { store(values.row(row), inRow: row) }
  }

  private func store(_ values: UnsafePointer<Float>, inRow row: Int) {
    let offset = row * layout.rowStride
    switch precision {
    case .fp32:
      let target = base.assumingMemoryBound(to: Float.self) + offset
      for column in 0..<columns { target[column] = values[column] }
    case .bf16:
      let target = base.assumingMemoryBound(to: BFloat16.self) + offset
      BFloat16Vector.round(values, into: target, count: columns)
    }
  }
}

/// The number format of the factors of matrix products.
///
/// Sums, parameters and the optimizer's state are fp32 in any case.
public enum Precision: String, Codable, Sendable, CaseIterable {
  /// IEEE 754 single precision.
  case fp32
  /// The upper half of single precision, ``BFloat16``.
  case bf16

  /// Whether this process can compute products of this format: always for fp32, with AVX-512 BF16
  /// or AMX for bf16.
  public var isAvailable: Bool { self == .fp32 || InstructionSet.current.hasBF16 }

  /// The size of a number in bytes.
  var stride: Int {
    switch self {
    case .fp32: MemoryLayout<Float>.stride
    case .bf16: MemoryLayout<BFloat16>.stride
    }
  }
}
