import Kernels
import Testing
import VAE

@Suite struct ActivationsTests {
  static let capacity = 3

  @Test(arguments: GradientTileTests.configurations)
  func shapes(_ configuration: ModelConfiguration) {
    let workbench = Workbench(configuration, capacity: Self.capacity)
    let activations = workbench.activations
    for (number, layer) in workbench.layout.layers.enumerated() {
      let (input, delta) = (activations.inputs[number], activations.deltas[number])
      #expect((input.rows, input.columns) == (Self.capacity, layer.inputs + 1))
      #expect((delta.rows, delta.columns) == (Self.capacity, layer.outputs))
      let ones = input.columns(layer.inputs..<layer.inputs + 1).elements
      #expect(ones == [1, 1, 1])
    }
    #expect(activations.pixels.columns == configuration.pixels)
    #expect(activations.logits.columns == configuration.pixels)
    #expect(activations.latents.columns == configuration.latent)
    #expect(activations.noise.columns == configuration.latent)
    #expect(activations.moments.columns == 2 * configuration.latent)
  }

  /// No two of them share an element.
  @Test(arguments: GradientTileTests.configurations)
  func apart(_ configuration: ModelConfiguration) {
    let workbench = Workbench(configuration, capacity: Self.capacity)
    let views = matrices(workbench.activations)
    for (number, view) in views.enumerated() { view.fill(Float(number)) }
    for (number, view) in views.enumerated() {
      let isKept = view.elements.allSatisfy { $0 == Float(number) }
      #expect(isKept)
    }
  }

  /// Rows begin on 64 bytes where the memory does.
  @Test func strides() {
    let workbench = Workbench(
      ModelConfiguration(pixels: 17, hidden: 16, latent: 5), capacity: Self.capacity)
    #expect(matrices(workbench.activations).allSatisfy { $0.rowStride % 16 == 0 })
  }

  private func matrices(_ activations: Activations) -> [Matrix] {
    activations.inputs + activations.deltas + [activations.moments, activations.noise]
  }
}
