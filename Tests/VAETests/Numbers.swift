import Kernels

extension Matrix {
  /// The elements in row-major order, exactly.
  var doubles: [Double] { elements.map(Double.init) }
}

/// The largest difference as a part of the largest expected element; infinite where there is NaN.
func relativeError(_ values: [Double], _ expected: [Double]) -> Double {
  precondition(values.count == expected.count, "\(values.count) values of \(expected.count)")
  let errors = zip(values, expected).map { abs($0 - $1) }
  guard errors.allSatisfy({ $0.isFinite }) else { return .infinity }
  let size = expected.map(abs).max() ?? 0
  return (errors.max() ?? 0) / (size == 0 ? 1 : size)
}

/// `count` standard normal numbers that floats hold exactly.
func normals(_ count: Int, seed: UInt64) -> [Double] {
  let buffer = Buffer<Float>(repeating: 0, count: count)
  let row = buffer.vector.matrix(rows: 1, columns: count)
  RandomStream(seed: seed, purpose: .generation).fillNormal(row, positions: 0..<1)
  return row.doubles
}

/// `count` pixels in 0…1, a quarter of them black and a quarter white.
func pixels(_ count: Int, seed: UInt64) -> [Double] {
  let buffer = Buffer<Float>(repeating: 0, count: count)
  RandomStream(seed: seed, purpose: .generation)
    .fillUniform(buffer.vector, position: 1, from: -0.5, to: 1.5)
  return buffer.vector.matrix(rows: 1, columns: count).doubles.map { min(max($0, 0), 1) }
}
