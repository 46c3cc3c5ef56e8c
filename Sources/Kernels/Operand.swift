/// A non-owning view of a factor of matrix products, rows by columns, in either ``Precision``.
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
  var matrix: Matrix? {
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

  /// Rounds `values`, of the same shape, both row-major, into this; nothing to do in fp32, where
  /// this is a view of them.
  public func round(_ values: Matrix) {
    values.requireRowMajor(rows, columns, "values")
    require(layout.columnStride == 1, "an operand that is written must be row-major")
    guard precision == .bf16 else {
      return require(base == UnsafeMutableRawPointer(values.base), "an operand of other values")
    }
    let target = base.assumingMemoryBound(to: BFloat16.self)
    for row in 0..<rows {
      BFloat16Vector.round(values.row(row), into: target + row * layout.rowStride, columns)
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
