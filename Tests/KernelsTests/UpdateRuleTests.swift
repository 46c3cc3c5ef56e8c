import Foundation
import Kernels
import Testing

/// Rules of change against thirty steps of PyTorch's in double precision, with gradients of 0 and from 10⁻¹²
/// to 10⁶.
@Suite struct UpdateRuleTests {
  /// The contents of a file that `scripts/golden-gradients.py` writes.
  struct Golden: Decodable {
    struct Rule: Decodable {
      struct Settings: Decodable {
        let lr: Double
        let eps, weight_decay, momentum: Double?
      }
      let name: String
      let settings: Settings
      let parameters: [[Double]]
      let first_moment, second_moment: [Double]?
    }
    let initial: [Double]
    let gradients: [[Double]]
    let rules: [Rule]
  }

  private func golden() throws -> Golden {
    let file = try #require(
      Bundle.module.url(forResource: "rules", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  private func rule(_ golden: Golden.Rule) -> any UpdateRule {
    let settings = golden.settings
    guard golden.name != "sgd" else {
      return StochasticGradientDescent(
        learningRate: settings.lr, momentum: settings.momentum ?? .nan)
    }
    return Adam(
      learningRate: settings.lr, epsilon: settings.eps ?? .nan,
      weightDecay: settings.weight_decay ?? 0)
  }

  /// Each step rounds a few times to 24 bits, so the error may grow with the number of steps: it stays below
  /// 10⁻⁶ of the largest number that an element has had, or moved by.
  @Test("parameters and moments are PyTorch's after each of thirty steps", arguments: 0..<5)
  func asPyTorch(number: Int) throws {
    let golden = try golden()
    let expected = golden.rules[number]
    let rule = rule(expected)
    let optimizer = Optimizer(golden.initial.map { Float($0) })
    var sizes = golden.initial.map { abs($0) + 0.01 }
    try #require(golden.gradients.count == 30 && golden.rules.count == 5)
    for (step, gradient) in golden.gradients.enumerated() {
      optimizer.gradient.write(gradient.map { Float($0) })
      optimizer.update(rule, step: step + 1)
      for (place, value) in expected.parameters[step].enumerated() {
        sizes[place] = max(sizes[place], abs(value))
        let error = abs(Double(optimizer.parameters[place]) - value)
        #expect(error <= 1e-6 * sizes[place], "\(expected.name), \(place), step \(step + 1)")
      }
    }
    let largest = golden.initial.indices.map { place in
      golden.gradients.map { abs($0[place]) }.max()!
    }
    for (place, value) in (expected.first_moment ?? []).enumerated() {
      // A sum of gradients with momentum 0.9 is up to ten times one of them.
      #expect(abs(Double(optimizer.firstMoment[place]) - value) <= 1e-5 * largest[place])
    }
    for (place, value) in (expected.second_moment ?? []).enumerated() {
      #expect(abs(Double(optimizer.secondMoment[place]) - value) <= 4e-6 * value)
    }
    #expect(
      (expected.second_moment == nil) == optimizer.secondMoment.elements.allSatisfy { $0 == 0 })
  }

  @Test("a decay of zero is Adam, to the bit")
  func withoutDecay() {
    let plain = Optimizer(normals(37, seed: 1))
    let decayed = Optimizer(normals(37, seed: 1))
    for step in 1...3 {
      let gradient = normals(37, seed: UInt64(step + 1))
      plain.gradient.write(gradient)
      plain.update(Adam(), step: step)
      // The loop of AdamW, with a factor that rounds to one.
      decayed.gradient.write(gradient)
      decayed.update(Adam(weightDecay: 1e-9), step: step)
    }
    #expect(plain.elements.bits == decayed.elements.bits)
  }

  @Test("updating parts gives the bits of the whole", arguments: [[0, 37], [0, 5, 6, 30, 37]])
  func cuts(_ cuts: [Int]) {
    let rules: [any UpdateRule] = [
      Adam(weightDecay: 0.1), StochasticGradientDescent(learningRate: 0.1, momentum: 0.9),
    ]
    for rule in rules {
      let whole = Optimizer(normals(37, seed: 1))
      let parts = Optimizer(normals(37, seed: 1))
      for step in 1...3 {
        let gradient = normals(37, seed: UInt64(step + 1))
        whole.gradient.write(gradient)
        parts.gradient.write(gradient)
        whole.update(rule, step: step)
        for (start, end) in zip(cuts, cuts.dropFirst()) {
          parts.update(rule, step: step, in: start..<end)
        }
      }
      #expect(parts.elements.bits == whole.elements.bits)
      #expect(whole.parameters.elements != normals(37, seed: 1))
    }
  }
}
