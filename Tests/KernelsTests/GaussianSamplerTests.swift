import Glibc
import Kernels
import Testing

@Suite struct GaussianSamplerTests {
  static let rows = 6

  /// Means, then log variances. Most variances are between e^−4 and e^4.
  private func moments(_ size: Int) -> [Float] {
    normals(Self.rows * 2 * size, seed: 1).enumerated().map { place, normal in
      place % (2 * size) < size ? normal : 3 * normal
    }
  }

  /// Every row's mean, log variance and noise, in double precision.
  private func units(_ size: Int) -> [(mean: Double, logVariance: Double, noise: Double)] {
    let (moments, noise) = (moments(size), normals(Self.rows * size, seed: 2))
    return (0..<Self.rows * size).map { place in
      let mean = place / size * 2 * size + place % size
      return (Double(moments[mean]), Double(moments[mean + size]), Double(noise[place]))
    }
  }

  private func divergence(_ mean: Double, _ logVariance: Double) -> Double {
    -0.5 * (1 + logVariance - mean * mean - exp(logVariance))
  }

  private func slope(at x: Double, of function: (Double) -> Double) -> Double {
    (function(x + 1e-5) - function(x - 1e-5)) / 2e-5
  }

  @Test(arguments: [1, 2, 15, 16, 17, 20, 50])
  func latents(size: Int) {
    let moments = PaddedMatrix(Self.rows, 2 * size, values: moments(size), padding: 3)
    let noise = PaddedMatrix(
      Self.rows, size, values: normals(Self.rows * size, seed: 2), padding: 1)
    let latents = PaddedMatrix(Self.rows, size, padding: 2)
    GaussianSampler.forward(
      moments: moments.matrix, noise: noise.matrix, latents: latents.matrix,
      as: Operand(latents.matrix))
    for (latent, unit) in zip(latents.matrix.elements, units(size)) {
      let spread = exp(unit.logVariance / 2) * unit.noise
      let tolerance = 0x1p-22 * (abs(unit.mean) + abs(spread))
      #expect(abs(Double(latent) - (unit.mean + spread)) <= tolerance)
    }
    let isIntact = latents.surroundingsAreIntact()
    #expect(isIntact)
  }

  @Test(arguments: [1, 2, 15, 16, 17, 20, 50])
  func variances(size: Int) {
    let moments = PaddedMatrix(Self.rows, 2 * size, values: moments(size), padding: 3)
    let variances = PaddedMatrix(Self.rows, size, padding: 2)
    GaussianSampler.variances(moments: moments.matrix, into: variances.matrix)
    for (variance, unit) in zip(variances.matrix.elements, units(size)) {
      #expect(unitsInLastPlace(variance, exp(unit.logVariance)) <= 1.5)
    }
    let isIntact = variances.surroundingsAreIntact()
    #expect(isIntact)
  }

  @Test(arguments: [1, 2, 15, 16, 17, 20, 50])
  func divergences(size: Int) {
    let moments = PaddedMatrix(Self.rows, 2 * size, values: moments(size), padding: 3)
    let divergence = PaddedMatrix(Self.rows, 1, padding: 1)
    GaussianSampler.divergence(moments: moments.matrix, divergence: divergence.matrix)
    let units = units(size)
    for row in 0..<Self.rows {
      let parts = units[row * size..<(row + 1) * size].map { unit in
        self.divergence(unit.mean, unit.logVariance)
      }
      let expected = parts.reduce(0, +)
      #expect(abs(Double(divergence.matrix[row, 0]) - expected) <= 1e-6 * (expected + 1))
    }
    let isIntact = divergence.surroundingsAreIntact()
    #expect(isIntact)
  }

  /// Compares gradients with central differences of scale × divergence + g z.
  @Test(arguments: [1, 2, 15, 16, 17, 20, 50])
  func gradients(size: Int) {
    let scale: Float = 0.75
    let moments = PaddedMatrix(Self.rows, 2 * size, values: moments(size), padding: 3)
    let noise = PaddedMatrix(
      Self.rows, size, values: normals(Self.rows * size, seed: 2), padding: 1)
    let latent = PaddedMatrix(
      Self.rows, size, values: normals(Self.rows * size, seed: 3), padding: 4)
    let gradient = PaddedMatrix(Self.rows, 2 * size, padding: 2)
    GaussianSampler.backward(
      moments: moments.matrix, noise: noise.matrix, latentGradient: latent.matrix,
      divergence: .init(scale: scale), momentGradient: gradient.matrix, as: Operand(gradient.matrix)
    )
    for (place, unit) in units(size).enumerated() {
      let (row, column) = (place / size, place % size)
      let g = Double(latent.matrix[row, column])
      func objective(_ mean: Double, _ logVariance: Double) -> Double {
        let z = mean + exp(logVariance / 2) * unit.noise
        return Double(scale) * divergence(mean, logVariance) + g * z
      }
      let byMean = slope(at: unit.mean) { objective($0, unit.logVariance) }
      let byLogVariance = slope(at: unit.logVariance) { objective(unit.mean, $0) }
      let tolerance = 1e-6 * (1 + exp(unit.logVariance))
      #expect(abs(Double(gradient.matrix[row, column]) - byMean) <= tolerance)
      #expect(abs(Double(gradient.matrix[row, size + column]) - byLogVariance) <= tolerance)
    }
    let isIntact = gradient.surroundingsAreIntact()
    #expect(isIntact)
  }

  /// The log variances at both ends of the range, within it, beyond it, and not finite.
  @Test("finite log variances are kept in their range, and means are left alone")
  func limit() {
    let values: [Float] = [-31, -30, 0.5, 20, 21, .infinity, -.infinity, -1e38]
    let moments = PaddedMatrix(
      2, 8, values: [-99, 99, 0, 1] + values[0..<4] + [0, 1, 2, 3] + values[4...])
    GaussianSampler.limit(moments.matrix)
    let kept = moments.matrix.elements
    #expect(Array(kept[0..<4]) == [-99, 99, 0, 1])
    #expect(
      Array(kept[4..<8] + kept[12..<16]) == [-30, -30, 0.5, 20, 20, .infinity, -.infinity, -30])
    let single = PaddedMatrix(1, 2, values: [0, .nan])
    GaussianSampler.limit(single.matrix)
    #expect(single.matrix[0, 1].isNaN)
  }

  /// If q(z|x) is the prior, the divergence is 0 and the latents are the noise.
  @Test func prior() {
    let moments = PaddedMatrix(1, 4)
    let noise = PaddedMatrix(1, 2, values: [-0.5, 2])
    let latents = PaddedMatrix(1, 2)
    let divergence = PaddedMatrix(1, 1, values: [9])
    GaussianSampler.forward(
      moments: moments.matrix, noise: noise.matrix, latents: latents.matrix,
      as: Operand(latents.matrix))
    GaussianSampler.divergence(moments: moments.matrix, divergence: divergence.matrix)
    #expect(latents.matrix.elements == [-0.5, 2])
    #expect(divergence.matrix[0, 0] == 0)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity], 0..<4)
  func notFinite(value: Float, place: Int) {
    let moments = PaddedMatrix(1, 4)
    let divergence = PaddedMatrix(1, 1)
    moments.matrix[0, place] = value
    GaussianSampler.divergence(moments: moments.matrix, divergence: divergence.matrix)
    #expect(!divergence.matrix[0, 0].isFinite)
  }
}
