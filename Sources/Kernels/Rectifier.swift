/// Takes the gradient back through a rectifier: zero where its output was zero.
///
/// `gradient` and `output` are (n, units).
public func backpropagateRectifier(_ gradient: Matrix, output: Matrix) {
  gradient.requireRowMajor(output.rows, output.columns, "gradient")
  output.requireRowMajor(output.rows, output.columns, "output")
  for row in 0..<gradient.rows {
    let (g, h) = (gradient.row(row), output.row(row))
    for unit in 0..<gradient.columns { g[unit] = h[unit] > 0 ? g[unit] : 0 }
  }
}
