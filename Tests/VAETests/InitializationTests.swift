import Kernels
import Testing
import VAE

/// PyTorch's default initialisation: uniform in ±1/√inputs, weights and biases.
@Suite struct InitializationTests {
  static let layout = ParameterLayout(ModelConfiguration())

  private func parameters(seed: UInt64) -> Buffer<Float> {
    let parameters = Buffer<Float>(repeating: .nan, count: Self.layout.count)
    Self.layout.initialize(parameters.vector, seed: seed)
    return parameters
  }

  @Test func distribution() {
    let parameters = parameters(seed: 1)
    for tensor in Self.layout.tensors {
      let inputs: [String: Double] = ["fc1": 784, "fc21": 400, "fc22": 400, "fc3": 20, "fc4": 400]
      let layer = String(tensor.name.prefix { $0 != "." })
      let bound = 1 / inputs[layer]!.squareRoot()
      // In units of the bound, to which the largest draws can round.
      let values = tensor.view(of: parameters.vector).doubles.map { $0 / bound }
      let n = Double(values.count)
      #expect(values.allSatisfy { abs($0) <= 1 + 0x1p-23 }, "\(tensor.name)")
      let (mean, square) = (values.reduce(0, +) / n, values.reduce(0) { $0 + $1 * $1 } / n)
      // Four standard errors; the variance of x² is 1/5 − 1/9.
      #expect(abs(mean) <= 4 * (1 / 3 / n).squareRoot(), "\(tensor.name)")
      #expect(abs(square - 1.0 / 3) <= 4 * (4 / 45 / n).squareRoot(), "\(tensor.name)")
    }
  }

  /// A draw is addressed by the tensor's number and the element's in PyTorch's order.
  @Test func addresses() {
    let parameters = parameters(seed: 9)
    let stream = RandomStream(seed: 9, purpose: .initialization)
    for (number, tensor) in Self.layout.tensors.enumerated() where tensor.name.hasPrefix("fc2") {
      let values = tensor.view(of: parameters.vector).doubles
      for (place, value) in values.enumerated() {
        let word = stream.words(position: number, block: place / 4)[place % 4]
        #expect(abs(value - (Double(word >> 8) / 0x1p24 * 0.1 - 0.05)) < 1e-8)
      }
    }
  }

  @Test func ofSeedAlone() {
    let (first, again, other) = (
      elements(parameters(seed: 1)), elements(parameters(seed: 1)), elements(parameters(seed: 2))
    )
    #expect(first == again)
    // Elements outside of gaps differ, with few exceptions, since a draw has 2²⁴ values.
    let same = zip(first, other).count { $0 == $1 }
    #expect(same < Self.layout.count - Self.layout.parameterCount + 5)
  }

  @Test func gaps() {
    let all = elements(parameters(seed: 1))
    let used = Self.layout.layers.reduce(into: Set<Int>()) { $0.formUnion($1.range) }
    let gaps = all.indices.filter { !used.contains($0) }
    #expect(gaps.count == Self.layout.count - Self.layout.parameterCount)
    #expect(gaps.allSatisfy { all[$0] == 0 })
  }

  private func elements(_ parameters: borrowing Buffer<Float>) -> [Float] {
    parameters.vector.matrix(rows: 1, columns: parameters.count).elements
  }
}
