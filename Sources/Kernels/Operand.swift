/// A non-owning view of what matrix products read and write, rows by columns, in either
/// ``Precision``.
///
/// Whoever makes a view keeps the memory alive. Ranges are checked in every build.
public struct Operand {
  let base: UnsafeMutableRawPointer
  let layout: MatrixLayout

  /// The format of the numbers.
  public let precision: Precision

  /// Whether most of the numbers are zero, so that products had better visit the others alone. A
  /// matter of speed: no bit depends on it.
  public let isMostlyZero: Bool

  /// The number of rows.
  public var rows: Int { layout.rows }

  /// The number of columns.
  public var columns: Int { layout.columns }

  /// A matrix of floats as it lies in memory.
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

  /// The floats themselves; nil of an operand in bf16.
  public var matrix: Matrix? {
    precision == .fp32
      ? Matrix(base: base.assumingMemoryBound(to: Float.self), layout: layout) : nil
  }

  /// The same elements with rows and columns exchanged; nothing is moved.
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

  /// The elements in row-major order, copied.
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

  /// Sets every element of a row-major operand to `value`.
  public func fill(_ value: Float) {
    let values = [Float](repeating: value, count: columns)
    values.withUnsafeBufferPointer { values in
      for row in 0..<rows { store(values.baseAddress!, row) }
    }
  }

  /// Rounds `values`, of the same shape, both row-major, into this; nothing to do in fp32, where
  /// this is a view of them.
  public func round(_ values: Matrix) {
    requireView(of: values)
    for row in 0..<rows { roundRow(row, from: values) }
  }

  /// Traps unless ``round(_:)`` can be asked for.
  func requireView(of values: Matrix) {
    values.requireRowMajor(rows, columns, "values")
    require(layout.columnStride == 1, "an operand that is written must be row-major")
    require(
      precision == .bf16 || base == UnsafeMutableRawPointer(values.base),
      "an operand of other values")
  }

  /// One row of ``round(_:)``, for passes that have just written it. Nothing is checked.
  @inline(__always)
  func roundRow(_ row: Int, from values: Matrix) {
    if precision == .bf16 { store(values.row(row), row) }
  }

  private func store(_ values: UnsafePointer<Float>, _ row: Int) {
    let offset = row * layout.rowStride
    switch precision {
    case .fp32:
      let target = base.assumingMemoryBound(to: Float.self) + offset
      for column in 0..<columns { target[column] = values[column] }
    case .bf16:
      let target = base.assumingMemoryBound(to: BFloat16.self) + offset
      BFloat16Vector.round(values, into: target, columns)
    }
  }
}

extension Precision {
  /// The bytes of a number.
  var stride: Int {
    switch self {
    case .fp32: MemoryLayout<Float>.stride
    case .bf16: MemoryLayout<BFloat16>.stride
    }
  }
}
