import Kernels

/// Factors and a bias, with their product in double precision.
struct ProductReference {
  let rows: Int, inner: Int, columns: Int
  /// The format of the factors, whose values it can hold.
  let precision: Precision
  /// The first factor (rows, inner).
  let a: [Float]
  /// The second factor (inner, columns).
  let b: [Float]
  /// The bias (1, columns).
  let bias: [Float]
  /// Σ a b (rows, columns).
  let sums: [Double]
  /// √Σ (a b)² (rows, columns), the scale of the sums' rounding errors.
  let norms: [Double]

  init(rows: Int, inner: Int, columns: Int, precision: Precision = .fp32) {
    (self.rows, self.inner, self.columns) = (rows, inner, columns)
    self.precision = precision
    let held = { precision == .fp32 ? $0 : BFloat16($0).float }
    a = normals(rows * inner, seed: 1).map(held)
    b = normals(inner * columns, seed: 2).map(held)
    bias = normals(columns, seed: 3)
    var (sums, norms) = ([Double](), [Double]())
    for row in 0..<rows {
      for column in 0..<columns {
        var (sum, square) = (0.0, 0.0)
        for k in 0..<inner {
          let term = Double(a[row * inner + k]) * Double(b[k * columns + column])
          sum += term
          square += term * term
        }
        sums.append(sum)
        norms.append(square.squareRoot())
      }
    }
    (self.sums, self.norms) = (sums, norms)
  }

  /// The expected value of element `place`, and the tolerance for a sum in single precision.
  ///
  /// Partial sums are about as large as the norm, and each of `inner` additions has an error of at
  /// most half a unit of them, of either sign. Sums in bf16 or tf32 would exceed the tolerance.
  func expected(_ place: Int, hasBias: Bool, rectifies: Bool) -> (Double, tolerance: Double) {
    let bias = hasBias ? Double(bias[place % columns]) : 0
    let sum = sums[place] + bias
    let size = Double(inner).squareRoot() * norms[place] + abs(bias)
    return (rectifies ? max(sum, 0) : sum, 0x1p-21 * size)
  }
}
