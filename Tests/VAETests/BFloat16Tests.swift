import Kernels
import Testing
import VAE

/// The model with products in bf16, where there is hardware for them.
@Suite(.enabled(if: Precision.bf16.isAvailable, "this processor has no AVX-512 BF16"))
struct BFloat16Tests {
  private func workbench(_ precision: Precision) -> Workbench {
    let configuration = ModelConfiguration(pixels: 200, hidden: 90, latent: 7)
    let workbench = Workbench(configuration, capacity: 140, precision: precision)
    workbench.layout.initialize(workbench.parameters, seed: 1)
    workbench.set(pixels: pixels(140 * 200, seed: 1))
    RandomStream(seed: 1, purpose: .training)
      .fillNormal(workbench.activations.noise, positions: 0..<140)
    return workbench
  }

  /// Factors have a relative error of at most 2⁻⁹, so losses and gradients are close to those of
  /// fp32, but not equal.
  @Test func nearSinglePrecision() {
    let exact = workbench(.fp32)
    let rounded = workbench(.bf16)
    exact.forwardAndBackward(0..<140, scale: 1 / 140)
    rounded.forwardAndBackward(0..<140, scale: 1 / 140)
    let error = relativeError(rounded.losses.doubles, exact.losses.doubles)
    #expect(error < 0.01 && error > 1e-6)
    exact.computeGradient(0..<140)
    rounded.computeGradient(0..<140)
    let (gradient, expected) = (rounded.namedGradient(), exact.namedGradient())
    for (name, expected) in expected {
      let errors = zip(gradient[name]!, expected).map { $0 - $1 }
      #expect(errors.norm < 0.1 * expected.norm, "\(name)")
      #expect(errors.norm > 1e-4 * expected.norm, "\(name)")
    }
  }

  /// Ranks that compute parts of a batch get the same bits as one rank that computes all of it.
  @Test(arguments: [0, 1, 6, 77, 139])
  func twoParts(cut: Int) {
    let whole = workbench(.bf16)
    let parts = workbench(.bf16)
    whole.forwardAndBackward(0..<140, scale: 1 / 140)
    parts.forwardAndBackward(cut..<140, scale: 1 / 140)
    parts.forwardAndBackward(0..<cut, scale: 1 / 140)
    #expect(parts.losses.elements == whole.losses.elements)
    whole.computeGradient(0..<140)
    parts.computeGradient(0..<140)
    #expect(parts.namedGradient() == whole.namedGradient())
  }
}

extension [Double] {
  /// √Σ x².
  fileprivate var norm: Double { reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
