import Foundation
import Kernels
import Testing

/// Against published quantiles: Wichura's own for 0.25, 0.001 and 1e-20, R's `qnorm` for the
/// others.
@Suite struct NormalQuantileTests {
  @Test(
    arguments: [
      (0.25, -0.6744897501960817), (0.001, -3.090232306167814), (1e-20, -9.262340089798408),
      (0.975, 1.959963984540054), (0.995, 2.575829303548901), (0.9, 1.2815515655446004),
      (0.84134474606854293, 1), (1e-10, -6.361340902404056), (0.5, 0),
    ] as [(Double, Double)])
  func published(probability: Double, quantile: Double) {
    #expect(abs(NormalQuantile.of(probability) - quantile) <= 1e-14 * max(1, abs(quantile)))
  }

  /// Φ(x) = erfc(−x/√2) / 2, which the C library knows; the regions meet at 0.075 and e⁻²⁵.
  @Test func inverts() {
    for exponent in stride(from: -300.0, through: -0.31, by: 0.37) {
      let probability = pow(10, exponent)
      let found = erfc(-NormalQuantile.of(probability) / 2.0.squareRoot()) / 2
      // In the tail an error of the quantile grows by the quantile itself.
      #expect(abs(found / probability - 1) < 1e-12, "\(probability)")
    }
  }

  @Test func isOdd() {
    for probability in [0.01, 0.074, 0.076, 0.3, 0.49] {
      let sum = NormalQuantile.of(probability) + NormalQuantile.of(1 - probability)
      #expect(abs(sum) < 1e-14)
    }
  }

  @Test func ends() {
    #expect(NormalQuantile.of(0) == -.infinity)
    #expect(NormalQuantile.of(1) == .infinity)
    for outside in [-0.1, 1.1, .nan] { #expect(NormalQuantile.of(outside).isNaN) }
  }
}
