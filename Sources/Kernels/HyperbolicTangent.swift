/// The hyperbolic tangent between two layers, and its derivative.
public enum HyperbolicTangent {
  /// Replaces `values` x (n, units) by tanh x and rounds that into `operand`.
  public static func forward(_ values: Matrix, as operand: Operand) {
    operand.requireView(of: values)
    for row in 0..<values.rows {
      let x = values.row(row)
      for unit in 0..<values.columns { x[unit] = hyperbolicTangent(x[unit]) }
      operand.roundRow(row, from: values)
    }
  }

  /// Replaces `gradient` (n, units), with respect to y = tanh x, by that with respect to x, which is
  /// `gradient` (1 − y²), and rounds it into `operand`. `outputs` y (n, units) may be in either precision.
  public static func backward(outputs: Operand, _ gradient: Matrix, as operand: Operand) {
    operand.requireView(of: gradient)
    require(
      outputs.rows == gradient.rows && outputs.columns == gradient.columns
        && outputs.layout.columnStride == 1,
      "a derivative needs as many outputs as gradients")
    for row in 0..<gradient.rows {
      let (g, start) = (gradient.row(row), row * outputs.layout.rowStride)
      switch outputs.precision {
      case .fp32:
        let y = outputs.base.assumingMemoryBound(to: Float.self) + start
        for unit in 0..<gradient.columns { g[unit] *= 1 - y[unit] * y[unit] }
      case .bf16:
        let y = outputs.base.assumingMemoryBound(to: BFloat16.self) + start
        for unit in 0..<gradient.columns { g[unit] *= 1 - y[unit].float * y[unit].float }
      }
      operand.roundRow(row, from: gradient)
    }
  }
}
