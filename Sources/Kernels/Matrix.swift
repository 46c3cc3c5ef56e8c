/// A non-owning view of a matrix of floats, rows by columns, in a ``Buffer`` or a shared window.
///
/// One of its two strides is 1: rows lie apart (row-major) or, after ``transposed``, columns do.
/// Whoever makes a view keeps the memory alive. Ranges are checked in every build.
public struct Matrix {
  let base: UnsafeMutablePointer<Float>
  let layout: MatrixLayout

  /// The number of rows.
  public var rows: Int { layout.rows }

  /// The number of columns.
  public var columns: Int { layout.columns }

  /// The distance, in floats, from an element to the one below it.
  public var rowStride: Int { layout.rowStride }

  /// The distance, in floats, from an element to the one right of it.
  public var columnStride: Int { layout.columnStride }

  /// The same elements with rows and columns exchanged; nothing is moved.
  public var transposed: Matrix { Matrix(base: base, layout: layout.transposed) }

  /// The rows in `range`.
  public func rows(_ range: Range<Int>) -> Matrix {
    let part = layout.rows(range)
    return Matrix(base: base + part.distance, layout: part.layout)
  }

  /// The columns in `range`.
  public func columns(_ range: Range<Int>) -> Matrix {
    transposed.rows(range).transposed
  }

  /// One element.
  public subscript(row: Int, column: Int) -> Float {
    get {
      base[offset(row, column)]
    }
    nonmutating set {
      base[offset(row, column)] = newValue
    }
  }

  private func offset(_ row: Int, _ column: Int) -> Int {
    require(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "element (\(row), \(column)) outside of a matrix (\(rows), \(columns))")
    return row * rowStride + column * columnStride
  }

  /// Sets every element to `value`.
  public func fill(_ value: Float) {
    for row in 0..<rows {
      for column in 0..<columns { base[row * rowStride + column * columnStride] = value }
    }
  }

  /// Copies the elements of `source`, which has the same shape but may be transposed.
  public func copy(from source: Matrix) {
    require(
      source.rows == rows && source.columns == columns,
      "copying a matrix (\(source.rows), \(source.columns)) into (\(rows), \(columns))")
    guard source.columnStride == 1 || columnStride != 1 else { return transpose(source) }
    for row in 0..<rows {
      for column in 0..<columns {
        base[row * rowStride + column * columnStride] =
          source.base[row * source.rowStride + column * source.columnStride]
      }
    }
  }

  /// Copies `source`, whose columns lie one after another, while these are rows that do.
  ///
  /// Of 64 rows at a time eight floats each: what lies side by side in the source is four cache
  /// lines, which the processor fetches ahead, and they are written while they are in cache. With
  /// one line at a time it waits for memory twice as long.
  private func transpose(_ source: Matrix) {
    let (height, width) = (64, 8)
    let step = source.columnStride
    for start in stride(from: 0, to: rows, by: height) {
      let block = start..<min(start + height, rows)
      var column = 0
      while column + width <= columns {
        for row in block {
          let from = source.base + (column * step + row)
          let floats = SIMD8(
            from[0], from[step], from[2 * step], from[3 * step], from[4 * step], from[5 * step],
            from[6 * step], from[7 * step])
          UnsafeMutableRawPointer(base + (row * rowStride + column))
            .storeBytes(of: floats, as: SIMD8<Float>.self)
        }
        column += width
      }
      for row in block {
        for column in column..<columns {
          base[row * rowStride + column] = source.base[column * step + row]
        }
      }
    }
  }

  /// The elements in row-major order, copied.
  public var elements: [Float] {
    (0..<rows).flatMap { row in (0..<columns).map { self[row, $0] } }
  }

  /// The first element of a row of a row-major matrix.
  @inline(__always)
  func row(_ row: Int) -> UnsafeMutablePointer<Float> { base + row * rowStride }

  /// Traps unless this is row-major, as elementwise loops need it, and (`rows`, `columns`) large.
  func requireRowMajor(_ rows: Int, _ columns: Int, _ name: String) {
    require(columnStride == 1, "\(name) must be row-major")
    require(
      self.rows == rows && self.columns == columns,
      "\(name) is (\(self.rows), \(self.columns)), expected (\(rows), \(columns))")
  }
}

extension Matrix {
  /// Copies `values`, as many as there are elements, in row-major order.
  public func copy(from values: [Float]) {
    require(values.count == rows * columns, "\(values.count) floats for (\(rows), \(columns))")
    for row in 0..<rows {
      for column in 0..<columns { self[row, column] = values[row * columns + column] }
    }
  }
}
