import Foundation
import Kernels
import Testing

@Suite struct AdamTests {
  /// The contents of a file that `scripts/golden-gradients.py` writes with PyTorch.
  struct Golden: Decodable {
    struct Step: Decodable {
      let gradient: [Double], parameters: [Double]
      let first_moment: [Double], second_moment: [Double]
    }
    let learning_rate: Double, beta1: Double, beta2: Double, epsilon: Double
    let initial: [Double]
    let steps: [Step]
  }

  /// Five steps of `torch.optim.Adam` in double precision, with gradients of 0 and from 10⁻¹² to
  /// 10⁶.
  @Test func asPyTorch() throws {
    let file = try #require(
      Bundle.module.url(forResource: "adam", withExtension: "json", subdirectory: "Golden"))
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    let adam = Adam(
      learningRate: golden.learning_rate, firstDecay: golden.beta1, secondDecay: golden.beta2,
      epsilon: golden.epsilon)
    let optimizer = Optimizer(golden.initial.map { Float($0) })
    var largest = [Double](repeating: 0, count: golden.initial.count)
    try #require(golden.steps.count == 5)
    for (number, step) in golden.steps.enumerated() {
      optimizer.gradient.write(step.gradient.map { Float($0) })
      optimizer.update(adam, step: number + 1)
      for place in golden.initial.indices {
        largest[place] = max(largest[place], abs(step.gradient[place]))
        let errors = [
          (optimizer.parameters[place], step.parameters[place], abs(golden.initial[place]) + 0.01),
          (optimizer.firstMoment[place], step.first_moment[place], largest[place]),
          (optimizer.secondMoment[place], step.second_moment[place], step.second_moment[place]),
        ].map { value, expected, size in (abs(Double(value) - expected), 4e-7 * size) }
        #expect(errors.allSatisfy { $0 <= $1 }, "element \(place), step \(number + 1)")
      }
    }
  }

  /// In the first step the corrected moments are g and g², so its length is α |g| / (|g| + ε).
  @Test func firstStep() {
    // From 10⁻⁹ to 10³.
    let gradient = normals(100, seed: 1).enumerated().map { place, normal in
      normal * Float(pow(10, Double(place % 13) - 9))
    }
    let optimizer = Optimizer(normals(100, seed: 2))
    let before = optimizer.parameters.elements
    optimizer.gradient.write(gradient)
    optimizer.update(Adam(learningRate: 0.01, epsilon: 1e-6), step: 1)
    for place in 0..<100 {
      let g = Double(gradient[place])
      let expected = Double(before[place]) - 0.01 * g / (abs(g) + 1e-6)
      let tolerance = 0x1p-24 * (abs(expected) + 0.1)
      #expect(abs(Double(optimizer.parameters[place]) - expected) <= tolerance)
      #expect(unitsInLastPlace(optimizer.firstMoment[place], 0.1 * g) <= 1)
      #expect(unitsInLastPlace(optimizer.secondMoment[place], 0.001 * g * g) <= 3)
    }
  }

  /// If the gradient is constant, the corrected moments stay g and g², and all steps have one
  /// length.
  @Test(arguments: [1, 2, 10, 1000, 100_000])
  func correction(steps: Int) {
    let optimizer = Optimizer([0])
    let adam = Adam()
    // The moments before the last step, divided by g and g², in closed form.
    let (mean, square) = (1 - pow(0.9, Double(steps - 1)), 1 - pow(0.999, Double(steps - 1)))
    optimizer.gradient.write([2])
    optimizer.firstMoment.write([Float(2 * mean)])
    optimizer.secondMoment.write([Float(4 * square)])
    optimizer.update(adam, step: steps)
    #expect(abs(Double(optimizer.parameters[0]) + 1e-3) < 1e-9)
  }

  @Test(arguments: [[0, 37], [0, 1, 37], [0, 16, 32, 37], [0, 5, 6, 7, 30, 37], Array(0...37)])
  func cuts(_ cuts: [Int]) {
    let whole = Optimizer(normals(37, seed: 1))
    let parts = Optimizer(normals(37, seed: 1))
    for step in 1...3 {
      let gradient = normals(37, seed: UInt64(step + 1))
      whole.gradient.write(gradient)
      parts.gradient.write(gradient)
      whole.update(Adam(), step: step)
      for (start, end) in zip(cuts, cuts.dropFirst()) {
        parts.update(Adam(), step: step, in: start..<end)
      }
    }
    #expect(parts.elements.bits == whole.elements.bits)
    #expect(whole.parameters.elements != normals(37, seed: 1))
  }
}
