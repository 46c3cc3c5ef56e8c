/// Replaces `values` (n, units) by max(value, 0).
///
/// oneDNN could do this while it stores a product, but turns NaN into 0: what is wrong with a layer
/// would never reach the loss. A pass over values in cache costs next to nothing.
func rectify(_ values: Matrix) {
  values.requireRowMajor(values.rows, values.columns, "values")
  for row in 0..<values.rows {
    let h = values.row(row)
    for unit in 0..<values.columns { h[unit] = h[unit] < 0 ? 0 : h[unit] }
  }
}

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
