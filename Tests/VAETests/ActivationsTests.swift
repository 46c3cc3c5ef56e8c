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
      let operands = [activations.inputOperands[number], activations.deltaOperands[number]]
      #expect(operands.map(\.rows) == [Self.capacity, Self.capacity])
      #expect(operands.map(\.columns) == [input.columns, delta.columns])
      #expect(operands.allSatisfy { $0.precision == precision })
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
  @Test(arguments: GradientTileTests.configurations, Precision.allCases)
  func apart(_ configuration: ModelConfiguration, precision: Precision) {
    let workbench = Workbench(configuration, capacity: Self.capacity, precision: precision)
    let activations = workbench.activations
    let views = matrices(activations)
    for (number, view) in views.enumerated() { view.fill(Float(number)) }
    let operands = activations.inputOperands + activations.deltaOperands
    for (operand, view) in zip(operands, views) { operand.round(view) }
    for (number, operand) in operands.enumerated() {
      let isKept = operand.elements.allSatisfy { $0 == Float(number) }
      #expect(isKept)
    }
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

  /// Rounded copies need half the memory of the matrices, up to the ends of their rows; the
  /// matrices are then a rank's own.
  @Test func memory() {
    let layout = ParameterLayout(ModelConfiguration(pixels: 63, hidden: 32, latent: 16))
    let shared = Precision.allCases.map {
      Activations.sharedCount(layout, capacity: 10, precision: $0)
    }
    let own = Precision.allCases.map { Activations.ownCount(layout, capacity: 10, precision: $0) }
    // Inputs of 64, 33, 17 and 33 columns, deltas of 32, 32, 32 and 63.
    #expect(shared == [10 * (64 + 48 + 32 + 48 + 32 * 3 + 64), 5 * (64 * 3 + 32 * 4 + 64)])
    #expect(own == [10 * (32 + 16 + 16), 10 * (32 + 16 + 16) + shared[0]])
  }

  private func matrices(_ activations: Activations) -> [Matrix] {
    activations.inputs + activations.deltas + [activations.moments, activations.noise]
  }
}
