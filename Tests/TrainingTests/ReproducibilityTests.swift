import Kernels
import Testing
import VAE

@testable import Training

/// What is said where a model's bits may depend on its ranks.
@Suite struct ReproducibilityTests {
  @Test("a warning for each thing that does not hold", arguments: [true, false], [true, false])
  func warnings(keepsBits: Bool, isUniform: Bool) {
    let warnings = Reproducibility.warnings(keepsBits: keepsBits, isUniform: isUniform)
    #expect(warnings.contains { $0.contains("number of ranks") } == !keepsBits)
    #expect(warnings.contains { $0.contains("unlike instruction sets") } == !isUniform)
    #expect(warnings.count == (keepsBits ? 0 : 1) + (isUniform ? 0 : 1))
  }

  @Test("each layer's products are tested, and wide ones in part")
  func sizes() {
    let sizes = ParameterLayout(ModelConfiguration()).productSizes
    #expect(sizes.map(\.inner) == [784, 400, 20, 400, 40, 400, 784])
    #expect(sizes.map(\.columns) == [128, 40, 128, 128, 128, 20, 128])
    let wide = ParameterLayout(ModelConfiguration(pixels: 9000, hidden: 5000, latent: 1))
    #expect(wide.productSizes.allSatisfy { $0.inner <= 1024 && $0.columns <= 128 })
  }
}
