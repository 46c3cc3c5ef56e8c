import Kernels

/// `count` standard normal floats. `Philox` is tested by itself, so tests can use its draws.
func normals(_ count: Int, seed: UInt64) -> [Float] {
  let buffer = Buffer<Float>(repeating: 0, count: count)
  let row = buffer.vector.matrix(rows: 1, columns: count)
  RandomStream(seed: seed, purpose: .generation).fillNormal(row, positions: 0..<1)
  return row.elements
}

/// `count` floats in 0..<1.
func uniforms(_ count: Int, seed: UInt64) -> [Float] {
  let buffer = Buffer<Float>(repeating: 0, count: count)
  RandomStream(seed: seed, purpose: .generation)
    .fillUniform(buffer.vector, position: 0, from: 0, to: 1)
  return buffer.vector.matrix(rows: 1, columns: count).elements
}

/// The error of `value` in units in the last place of the float nearest to `expected`.
func unitsInLastPlace(_ value: Float, _ expected: Double) -> Double {
  abs(Double(value) - expected) / Double(Float(expected).ulp)
}

extension [Float] {
  /// The floats as they are stored: unlike `==`, this tells −0 from 0 and finds NaN equal to NaN.
  var bits: [UInt32] { map(\.bitPattern) }
}

extension [Double] {
  var mean: Double { reduce(0, +) / Double(count) }

  /// The mean of the `order`-th powers.
  func moment(_ order: Int) -> Double {
    reduce(0) { sum, value in sum + (0..<order).reduce(1) { power, _ in power * value } }
      / Double(count)
  }

  /// Kolmogorov and Smirnov's √n × the largest distance between the distribution of the sample and
  /// `cumulative`; a true sample exceeds 1.95 once in 1,000 times, 2.23 once in 10,000.
  func kolmogorovSmirnov(_ cumulative: (Double) -> Double) -> Double {
    let n = Double(count)
    let distances = sorted().enumerated().map { place, value in
      let expected = cumulative(value)
      return Swift.max(Double(place + 1) / n - expected, expected - Double(place) / n)
    }
    return distances.max()! * n.squareRoot()
  }
}
