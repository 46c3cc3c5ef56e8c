/// A non-owning view of a matrix of floats, in a ``Buffer`` or in memory shared between ranks.
///
/// The elements of a row are adjacent in memory (row-major) or, in a view from ``transposed``, the
/// elements of a column. The memory must outlive the view. Ranges are checked in every build.
public struct Matrix {
  let base: UnsafeMutablePointer<Float>
  let layout: MatrixLayout

  /// The number of rows.
  public var rows: Int { layout.rows }

  /// The number of columns.
  public var columns: Int { layout.columns }

  /// The distance in floats from an element to the one below it.
  public var rowStride: Int { layout.rowStride }

  /// The distance in floats from an element to the one right of it.
  public var columnStride: Int { layout.columnStride }

  /// A view of the same elements with rows and columns exchanged.
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

  /// How many rows there are for each row of `other`, as many for each: where several latents are drawn of
  /// each of the distributions in `other`, their number. 1 where `other` has no rows.
  func rowCount(perRowOf other: Matrix) -> Int {
    guard other.rows > 0 else { return 1 }
    require(
      rows.isMultiple(of: other.rows), "\(rows) rows for \(other.rows) rows of another matrix")
    return rows / other.rows
  }

  /// The element in `row` and `column`.
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

  /// Copies the elements of `source`, which has the same shape. One or both of the matrices can be
  /// transposed.
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

  /// Copies `source`, which is column-major, to this matrix, which is row-major.
  ///
  /// A block is 64 rows by 8 columns. In the source each column of the block is four adjacent cache
  /// lines, which the processor prefetches, and all of the block is written while it is in cache.
  /// Blocks of 16 rows, one cache line, would wait for memory twice as long.
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

  /// A copy of the elements in row-major order.
  public var elements: [Float] {
    (0..<rows).flatMap { row in (0..<columns).map { self[row, $0] } }
  }

  /// A pointer to the first element of `row` in a row-major matrix.
  @inline(__always)
  func row(_ row: Int) -> UnsafeMutablePointer<Float> { base + row * rowStride }

  /// Traps unless the matrix is row-major, which elementwise loops need, and has the shape (`rows`,
  /// `columns`). The message calls the matrix `name`.
  func requireRowMajor(_ name: String, rows: Int, columns: Int) {
    require(columnStride == 1, "\(name) must be row-major")
    require(
      self.rows == rows && self.columns == columns,
      "\(name) is (\(self.rows), \(self.columns)), expected (\(rows), \(columns))")
  }
}

extension Matrix {
  /// Copies `values`, one for each element, in row-major order.
  public func copy(from values: [Float]) {
    require(values.count == rows * columns, "\(values.count) floats for (\(rows), \(columns))")
    for row in 0..<rows {
      for column in 0..<columns { self[row, column] = values[row * columns + column] }
    }
  }
}

/// The shape of a matrix and the distances between its elements in memory.
///
/// One of the two strides is 1: the column stride in row-major order, the row stride otherwise.
struct MatrixLayout {
  let rows: Int
  let columns: Int

  /// The distance in elements from an element to the one below it.
  let rowStride: Int

  /// The distance in elements from an element to the one right of it.
  let columnStride: Int

  /// A layout with these strides; row-major by default.
  init(rows: Int, columns: Int, rowStride: Int, columnStride: Int = 1) {
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// The layout of a row-major matrix that starts at `offset` in a vector of `count` elements, with
  /// rows `stride` elements apart. Traps if the matrix ends beyond the vector.
  init(at offset: Int, rows: Int, columns: Int, stride: Int, within count: Int) {
    require(rows >= 0 && columns >= 0 && stride >= columns, "a matrix needs room for its rows")
    // This module is compiled without overflow traps, so no sum or product may overflow unnoticed.
    let (distance, overflow) = max(rows - 1, 0).multipliedReportingOverflow(by: stride)
    require(
      offset >= 0 && offset <= count && !overflow
        && (rows == 0 || columns <= count - offset - distance),
      "a matrix of \(rows) rows of \(columns) at \(offset) exceeds a vector of \(count)")
    self.init(rows: rows, columns: columns, rowStride: stride)
  }

  /// The layout of the same elements with rows and columns exchanged.
  var transposed: MatrixLayout {
    MatrixLayout(
      rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
  }

  /// The layout of the rows in `range`, and the distance in elements to the first of them.
  func rows(_ range: Range<Int>) -> (layout: MatrixLayout, distance: Int) {
    require(
      range.lowerBound >= 0 && range.upperBound <= rows,
      "rows \(range) outside of a matrix of \(rows) rows")
    let part = MatrixLayout(
      rows: range.count, columns: columns, rowStride: rowStride, columnStride: columnStride)
    return (part, range.lowerBound * rowStride)
  }
}
