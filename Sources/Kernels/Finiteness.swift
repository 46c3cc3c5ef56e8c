extension Span<Float> {
  /// Whether every float is finite.
  ///
  /// The largest bit pattern without sign tells. A maximum of integers may be taken in any order,
  /// unlike a sum of floats, so the loop vectorises.
  public var isFinite: Bool {
    let sign: UInt32 = 1 << 31
    var largest: UInt32 = 0
    for index in indices { largest = Swift.max(largest, self[index].bitPattern & ~sign) }
    return largest < Float.infinity.bitPattern
  }
}

extension Vector {
  /// Whether every float is finite.
  public var isFinite: Bool { withMutableSpan { $0.span.isFinite } }
}

/// Sets row i of `marks` (n, 1) to NaN if row i of `values` (n, columns) has a number that is not
/// finite. Other rows of `marks` stay as they are.
public func markNotFinite(_ marks: Matrix, where values: Matrix) {
  values.requireRowMajor("values", rows: marks.rows, columns: values.columns)
  for row in 0..<values.rows {
    let x = values.row(row)
    // x − x is 0 for a finite number and NaN for any other; NaN survives the sum.
    var sum: Float = 0
    for column in 0..<values.columns { sum += x[column] - x[column] }
    if sum != 0 { marks[row, 0] = .nan }
  }
}
