import Kernels
import Testing
import VAE

@Suite struct ActivationsTests {
  static let capacity = 3

  @Test(arguments: GradientTileTests.configurations, Precision.allCases)
  func shapes(_ configuration: ModelConfiguration, precision: Precision) {
    let workbench = Workbench(configuration, capacity: Self.capacity, precision: precision)
    let activations = workbench.activations
    for (number, layer) in workbench.layout.layers.enumerated() {
      let (input, delta) = (activations.inputs[number], activations.deltas[number])
      #expect((input.rows, input.columns) == (Self.capacity, layer.inputs + 1))
      #expect((delta.rows, delta.columns) == (Self.capacity, layer.outputs))
      #expect(input.precision == precision && delta.precision == precision)
      let ones = input.columns(layer.inputs..<layer.inputs + 1).elements
      #expect(ones == [1, 1, 1])
    }
    #expect(activations.pixels.columns == configuration.pixels)
    #expect(activations.logits.columns == configuration.pixels)
    #expect(activations.latents.columns == configuration.latent)
    #expect(activations.noise.columns == configuration.latent)
    #expect(activations.moments.columns == 2 * configuration.latent)
  }

  /// No two operands or matrices share an element.
  @Test(arguments: GradientTileTests.configurations, Precision.allCases)
  func apart(_ configuration: ModelConfiguration, precision: Precision) {
    let workbench = Workbench(configuration, capacity: Self.capacity, precision: precision)
    let activations = workbench.activations
    let operands = activations.inputs + activations.deltas
    var views = [activations.moments, activations.noise]
    if precision == .bf16 {
      views += [activations.pixels, activations.latents, activations.logits]
    }
    let all = operands + views.map { Operand($0) }
    for (number, operand) in all.enumerated() { operand.fill(Float(number)) }
    for (number, operand) in all.enumerated() {
      let isKept = operand.elements.allSatisfy { $0 == Float(number) }
      #expect(isKept)
    }
  }

  /// In fp32 the matrices of the bound and the sampler are views of the operands of products.
  @Test func same() {
    let configuration = ModelConfiguration(pixels: 17, hidden: 16, latent: 5)
    let workbench = Workbench(configuration, capacity: Self.capacity)
    let activations = workbench.activations
    activations.inputs[0].fill(1)
    activations.inputs[2].fill(2)
    activations.deltas[3].fill(3)
    #expect(activations.pixels.elements.allSatisfy { $0 == 1 })
    #expect(activations.latents.elements.allSatisfy { $0 == 2 })
    #expect(activations.logits.elements.allSatisfy { $0 == 3 })
  }

  /// Rows start on 64 bytes if the memory does.
  @Test func strides() {
    let workbench = Workbench(
      ModelConfiguration(pixels: 17, hidden: 16, latent: 5), capacity: Self.capacity)
    #expect(matrices(workbench.activations).allSatisfy { $0.rowStride % 16 == 0 })
  }

  /// In bf16 an operand needs half the shared memory, apart from the padding of its rows, and the
  /// floats of pixels, latents, logits and the moments' gradient are in own memory.
  @Test func memory() {
    let layout = ParameterLayout(ModelConfiguration(pixels: 63, hidden: 32, latent: 16))
    let shared = Precision.allCases.map {
      Activations.sharedCount(layout, capacity: 10, precision: $0)
    }
    let own = Precision.allCases.map { Activations.ownCount(layout, capacity: 10, precision: $0) }
    // Inputs of 64, 33, 17 and 33 columns, deltas of 32, 32, 32 and 63.
    #expect(shared == [10 * (64 + 48 + 32 + 48 + 32 * 3 + 64), 5 * (64 * 3 + 32 * 4 + 64)])
    let floats = 10 * (64 + 16 + 64 + 32)
    #expect(own == [10 * (32 + 16 + 16), 10 * (32 + 16 + 16) + floats])
  }

  private func matrices(_ activations: Activations) -> [Matrix] {
    (activations.inputs + activations.deltas).map { $0.matrix! }
      + [activations.moments, activations.noise]
  }
}
