/// Sets the rows of `marks` (n, 1) to NaN in which `values` (n, columns) has a number that is not
/// finite.
public func markNotFinite(_ marks: Matrix, where values: Matrix) {
  values.requireRowMajor(marks.rows, values.columns, "values")
  for row in 0..<values.rows {
    let x = values.row(row)
    // x − x is 0 for a finite number and NaN for any other; NaN survives the sum.
    var sum: Float = 0
    for column in 0..<values.columns { sum += x[column] - x[column] }
    if sum != 0 { marks[row, 0] = .nan }
  }
}
