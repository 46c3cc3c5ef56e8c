/// The columns of a factor that are not zero throughout, side by side.
///
/// A third of MNIST's pixels are zero in all images of a batch of 128, and the gradient of their
/// weights is zero: a product of the other columns takes a third less time and gives the same.
/// Which columns are chosen follows from the numbers alone. The object belongs to one thread;
/// nothing is allocated after its making.
public final class NonzeroColumns {
  /// How many columns are chosen: all, or a multiple of this, so that products come in few shapes.
  private static let unit = 6

  private let mostRows: Int
  private let mostColumns: Int
  private let found: Buffer<UInt32>
  private let gathered: Buffer<UInt32>
  private var runs: [Range<Int>] = []

  /// The number of columns that were looked at.
  private var columns = 0

  /// The number of columns chosen.
  public private(set) var count = 0

  /// Prepares to gather up to `rows` rows of operands with up to `columns` columns.
  public init(rows: Int, columns: Int) {
    (mostRows, mostColumns) = (rows, columns)
    found = Buffer(repeating: 0, count: columns)
    gathered = Buffer(repeating: 0, count: rows * columns)
    runs.reserveCapacity(columns)
  }

  /// Chooses columns of `operand` (n, columns), row-major: those with a number other than zero, and
  /// as many more as make a multiple.
  public func choose(_ operand: Operand) {
    require(operand.columns <= mostColumns, "\(operand.columns) columns of \(mostColumns)")
    require(operand.layout.columnStride == 1, "columns are chosen of row-major operands")
    switch operand.precision {
    case .fp32: find(operand, UInt32.self)
    case .bf16: find(operand, UInt16.self)
    }
    columns = operand.columns
    var nonzero = 0
    for column in 0..<columns where found.base[column] != 0 { nonzero += 1 }
    count = min((nonzero + Self.unit - 1) / Self.unit * Self.unit, columns)
    var spare = count - nonzero
    runs.removeAll(keepingCapacity: true)
    for column in 0..<columns {
      if found.base[column] == 0 {
        if spare == 0 { continue }
        spare -= 1
      }
      if let last = runs.last, last.upperBound == column {
        runs[runs.count - 1] = last.lowerBound..<column + 1
      } else {
        runs.append(column..<column + 1)
      }
    }
  }

  /// Sets `found` to what the bits of each column's numbers, without signs, have in common or not.
  private func find<Bits: FixedWidthInteger & UnsignedInteger>(
    _ operand: Operand, _: Bits.Type
  ) {
    let found = self.found.base
    for column in 0..<operand.columns { found[column] = 0 }
    let base = operand.base.assumingMemoryBound(to: Bits.self)
    for row in 0..<operand.rows {
      let numbers = base + row * operand.layout.rowStride
      for column in 0..<operand.columns {
        found[column] |= UInt32(truncatingIfNeeded: numbers[column] & (Bits.max >> 1))
      }
    }
  }

  /// The chosen columns of `operand`, side by side, (n, count): gathered, or where all were chosen
  /// the operand itself. Valid until the next call.
  public func gather(_ operand: Operand) -> Operand {
    require(operand.columns == columns, "other columns were chosen from")
    guard count < columns else { return operand }
    require(operand.rows <= mostRows, "\(operand.rows) rows of \(mostRows)")
    let target = UnsafeMutableRawPointer(gathered.base)
    let width = operand.precision.stride
    for row in 0..<operand.rows {
      let source = operand.base + row * operand.layout.rowStride * width
      var place = target + row * count * width
      for run in runs {
        place.copyMemory(from: source + run.lowerBound * width, byteCount: run.count * width)
        place += run.count * width
      }
    }
    return Operand(
      base: target, layout: MatrixLayout(rows: operand.rows, columns: count, rowStride: count),
      precision: operand.precision)
  }

  /// Moves the first `count` rows of `matrix` (columns, n), row-major, to where the chosen columns
  /// were, and sets the others to zero.
  public func spread(_ matrix: Matrix) {
    require(matrix.rows == columns && matrix.columnStride == 1, "other columns were chosen from")
    guard count < columns else { return }
    var (source, end) = (count, columns)
    for run in runs.reversed() {
      for row in run.upperBound..<end {
        matrix.row(row).update(repeating: 0, count: matrix.columns)
      }
      for row in run.reversed() {
        source -= 1
        // Rows move down, the last one first: none is overwritten before it has moved.
        if source != row { matrix.row(row).update(from: matrix.row(source), count: matrix.columns) }
      }
      end = run.lowerBound
    }
    for row in 0..<end { matrix.row(row).update(repeating: 0, count: matrix.columns) }
  }
}
