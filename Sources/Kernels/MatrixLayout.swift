/// How a matrix lies in memory: its rows, columns, and the distances between elements.
///
/// One of the two strides is 1: rows lie apart (row-major) or, after ``transposed``, columns do.
struct MatrixLayout {
  let rows: Int
  let columns: Int

  /// The distance, in elements, from an element to the one below it.
  let rowStride: Int

  /// The distance, in elements, from an element to the one right of it.
  let columnStride: Int

  /// Rows that begin `stride` elements apart.
  init(rows: Int, columns: Int, rowStride: Int, columnStride: Int = 1) {
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// The layout of a matrix that begins at `offset` among `count` elements; traps where it ends
  /// beyond them.
  init(at offset: Int, rows: Int, columns: Int, stride: Int, within count: Int) {
    require(rows >= 0 && columns >= 0 && stride >= columns, "a matrix needs room for its rows")
    // Nothing here may overflow before it is compared: this module traps on no overflow.
    let (distance, overflow) = max(rows - 1, 0).multipliedReportingOverflow(by: stride)
    require(
      offset >= 0 && offset <= count && !overflow
        && (rows == 0 || columns <= count - offset - distance),
      "a matrix of \(rows) rows of \(columns) at \(offset) exceeds a vector of \(count)")
    self.init(rows: rows, columns: columns, rowStride: stride)
  }

  /// The same elements with rows and columns exchanged.
  var transposed: MatrixLayout {
    MatrixLayout(
      rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
  }

  /// The rows in `range`, and how many elements further on they begin.
  func rows(_ range: Range<Int>) -> (layout: MatrixLayout, distance: Int) {
    require(
      range.lowerBound >= 0 && range.upperBound <= rows,
      "rows \(range) outside of a matrix of \(rows) rows")
    let part = MatrixLayout(
      rows: range.count, columns: columns, rowStride: rowStride, columnStride: columnStride)
    return (part, range.lowerBound * rowStride)
  }
}
