import Kernels
import Testing
import VAE

@Suite struct ParameterLayoutTests {
  @Test func ofPublicExample() {
    let layout = ParameterLayout(ModelConfiguration())
    #expect(layout.parameterCount == 652_824)
    #expect(layout.configuration == ModelConfiguration(pixels: 784, hidden: 400, latent: 20))
    // Names, shapes and order of its `state_dict`.
    let expected: [(String, [Int])] = [
      ("fc1.weight", [400, 784]), ("fc1.bias", [400]),
      ("fc21.weight", [20, 400]), ("fc21.bias", [20]),
      ("fc22.weight", [20, 400]), ("fc22.bias", [20]),
      ("fc3.weight", [400, 20]), ("fc3.bias", [400]),
      ("fc4.weight", [784, 400]), ("fc4.bias", [784]),
    ]
    #expect(layout.tensors.map(\.name) == expected.map(\.0))
    #expect(layout.tensors.map(\.shape) == expected.map(\.1))
  }

  @Test(arguments: GradientTileTests.configurations)
  func alignment(_ configuration: ModelConfiguration) {
    let layout = ParameterLayout(configuration)
    var end = 0
    for layer in layout.layers {
      // 32 numbers are 64 bytes in bf16.
      #expect(layer.offset % 32 == 0)
      #expect((end..<end + 32).contains(layer.offset))
      #expect(layer.range.count == (layer.inputs + 1) * layer.outputs)
      end = layer.range.upperBound
    }
    #expect((end..<end + 32).contains(layout.count) && layout.count % 32 == 0)
    #expect(layout.encoderLayers == 0..<2)
    #expect(layout.parameterCount == layout.layers.reduce(0) { $0 + $1.range.count })
  }

  /// Tensors share no element, leave out no parameter, and have PyTorch's shape.
  @Test(arguments: GradientTileTests.configurations)
  func tensors(_ configuration: ModelConfiguration) {
    let layout = ParameterLayout(configuration)
    let memory = Buffer<Float>(repeating: 0, count: layout.count)
    for (number, tensor) in layout.tensors.enumerated() {
      let view = tensor.view(of: memory.vector)
      #expect(tensor.shape.reduce(1, *) == view.rows * view.columns)
      #expect(tensor.shape.last! == view.columns)
      view.fill(Float(number + 1))
    }
    for (number, tensor) in layout.tensors.enumerated() {
      let isKept = tensor.view(of: memory.vector).elements.allSatisfy { $0 == Float(number + 1) }
      #expect(isKept, "\(tensor.name)")
    }
    #expect(layout.tensors.reduce(0) { $0 + $1.shape.reduce(1, *) } == layout.parameterCount)
  }

  /// Means and log variances are the outputs of one layer, side by side. The biases are its last
  /// row.
  @Test func meansAndLogVariances() throws {
    let layout = ParameterLayout(ModelConfiguration(pixels: 3, hidden: 2, latent: 2))
    let memory = Buffer<Float>(repeating: 0, count: layout.count)
    let values: [String: [Float]] = [
      "fc21.weight": [1, 2, 3, 4], "fc21.bias": [5, 6],
      "fc22.weight": [7, 8, 9, 10], "fc22.bias": [11, 12],
    ]
    for tensor in layout.tensors {
      if let values = values[tensor.name] { tensor.view(of: memory.vector).copy(from: values) }
    }
    let layer = layout.layers[1]
    #expect(layer.weights(memory.vector).elements == [1, 3, 7, 9, 2, 4, 8, 10])
    #expect(layer.bias(memory.vector).elements == [5, 6, 11, 12])
    let part = memory.vector[layer.range].matrix(rows: 3, columns: 4)
    #expect(part.elements == [1, 3, 7, 9, 2, 4, 8, 10, 5, 6, 11, 12])
  }
}
