import Foundation
import Testing

@testable import Reports

/// Gaussians whose divergence from the prior is known in closed form.
@Suite struct LatentGaussianTests {
  private func divergence(
    _ codes: [Float], _ variances: [Float]? = nil, latent: Int
  ) -> Double? {
    LatentGaussian(
      codes: codes, variances: variances ?? Array(repeating: 0, count: codes.count), latent: latent
    ).divergenceFromPrior
  }

  /// ½ Σ (σ² + m² − 1 − ln σ²) for the four points (m₁ ± a, m₂ ± b), whose variances are a² and b².
  @Test(arguments: [(1.0, 1.0, 0.0, 0.0), (2, 0.5, 0, 0), (1, 1, 3, -4), (0.25, 8, -1, 0.5)])
  func independent(a: Double, b: Double, m1: Double, m2: Double) throws {
    let points = [(1.0, 1.0), (1, -1), (-1, 1), (-1, -1)].flatMap { x, y in
      [Float(m1 + a * x), Float(m2 + b * y)]
    }
    let expected = [(a, m1), (b, m2)].reduce(0) { sum, axis in
      let variance = axis.0 * axis.0
      return sum + 0.5 * (variance + axis.1 * axis.1 - 1 - log(variance))
    }
    let found = try #require(divergence(points, latent: 2))
    #expect(abs(found - expected) < 1e-6)
  }

  /// S = (1.25, 0.75; 0.75, 1.25) has the eigenvalues 2 and ½: ½ (2.5 − 2 − ln 1) = ¼.
  @Test("directions need not be axes")
  func correlated() throws {
    let (long, short) = (Float(2).squareRoot(), Float(0.5).squareRoot())
    let points = [(long, short), (long, -short), (-long, short), (-long, -short)].flatMap {
      [($0 + $1) / Float(2).squareRoot(), ($0 - $1) / Float(2).squareRoot()]
    }
    let found = try #require(divergence(points, latent: 2))
    #expect(abs(found - 0.25) < 1e-6)
  }

  /// Codes with variance ½, and q(z|x) with variances of 0.25 and 0.75 around them.
  @Test("the variances of q(z|x) add to those of codes")
  func variances() throws {
    let found = try #require(
      divergence([1, -1, 0, 0], [0.25, 0.75, 0.25, 0.75], latent: 1))
    #expect(abs(found) < 1e-7)
  }

  /// In NumPy:
  ///
  ///     z = numpy.array(codes, float).reshape(-1, 3); m = z.mean(0); s = numpy.cov(z.T, bias=True)
  ///     0.5 * (numpy.trace(s) + m @ m - 3 - numpy.linalg.slogdet(s)[1])
  @Test("as NumPy")
  func numpy() throws {
    let codes: [Float] = [
      0.5, -1.25, 2, 1.5, 0.75, -0.5, -2, 0.25, 1, 0, 3, 0.5, 1, -0.75, -1.5, -0.25, 0.5, 4,
    ]
    let found = try #require(divergence(codes, latent: 3))
    #expect(abs(found - 1.2381702079201173) < 1e-9)
  }

  @Test(
    "codes that leave a direction out are infinitely far from the prior",
    arguments: [[1, 1, 2, 2, 3, 3], [1, 2, 1, 2, 1, 2], [0, 0, 1, 0, 2, 0]] as [[Float]])
  func singular(codes: [Float]) {
    #expect(divergence(codes, latent: 2) == nil)
    #expect(divergence(codes, Array(repeating: 0.1, count: 6), latent: 2) != nil)
  }
}
