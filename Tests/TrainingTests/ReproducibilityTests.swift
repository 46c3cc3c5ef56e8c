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
    #expect(sizes.map(\.columns) == [112, 40, 112, 112, 112, 20, 112])
    let wide = ParameterLayout(ModelConfiguration(pixels: 9000, hidden: 5000, latent: 1))
    #expect(wide.productSizes.allSatisfy { $0.inner < 1024 && $0.columns < 144 })
  }

  /// The last columns that fill no block have kernels of their own, which are to be tried too.
  @Test(
    "what is left out of wide products is whole blocks", arguments: [143, 144, 401, 1025, 5003])
  func rest(hidden: Int) {
    let layout = ParameterLayout(ModelConfiguration(pixels: 785, hidden: hidden))
    let forward = layout.layers.map { ($0.inputs, $0.outputs) }
    let backward = layout.layers.dropFirst().map { ($0.outputs, $0.inputs) }
    for ((inner, columns), tested) in zip(forward + backward, layout.productSizes) {
      #expect((inner - tested.inner).isMultiple(of: 256))
      #expect((columns - tested.columns).isMultiple(of: 48))
      #expect(tested.columns >= min(columns, 96) && tested.inner >= min(inner, 768))
    }
  }
}
