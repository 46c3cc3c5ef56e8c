@testable import Engine
import Kernels
import Testing
@testable import VAE

/// Steps with the tiles of a replica whose layers have gaps between them.
@Suite struct OptimizerTests {
  private static let layout = LocalTeams.layout
  private let memory = Floats(Replica.count(layout))
  private let replica: Replica
  private let recipe: Recipe
  private let inside: Set<Int>

  init() {
    var recipe = Recipe()
    recipe.learningRate = 0.01
    self.recipe = recipe
    replica = Replica(Self.layout, memory.vector)
    inside = Set(Self.layout.tiles.flatMap { Array($0.range) })
  }

  /// The gradient of element `index` in step number `step`.
  private func gradient(_ index: Int, _ step: Int) -> Float {
    Float((index * 37 + step * 11) % 101 - 50) / 8
  }

  private func step(_ number: Int) {
    let optimizer = Optimizer(replica)
    for tile in Self.layout.tiles {
      let gradient = Floats(tile.range.count)
      gradient.vector.copy(from: tile.range.map { self.gradient($0, number) })
      gradient.withVector {
        optimizer.update(
          tile, $0, by: recipe.updateRule(step: number, batchesPerEpoch: 9), step: number)
      }
    }
  }

  /// Kingma and Ba, 2014, algorithm 1, in the form of `torch.optim.Adam`, in double precision.
  private func expected(_ index: Int, steps: Int) -> (p: Double, m: Double, v: Double) {
    var (p, m, v) = (1.0, 0.0, 0.0)
    var (power1, power2) = (1.0, 1.0)
    for step in 1...steps {
      let g = Double(gradient(index, step))
      (power1, power2) = (power1 * 0.9, power2 * 0.999)
      m = 0.9 * m + 0.1 * g
      v = 0.999 * v + 0.001 * g * g
      p -= 0.01 / (1 - power1) * m / (v.squareRoot() / (1 - power2).squareRoot() + 1e-8)
    }
    return (p, m, v)
  }

  @Test("parameters and moments are those of Adam's formula", arguments: [1, 2, 10])
  func formula(steps: Int) {
    replica.parameters.fill(1)
    for number in 1...steps { step(number) }
    var error = 0.0
    for index in inside {
      let (p, m, v) = expected(index, steps: steps)
      error = max(
        error, abs(Double(replica.parameters[index]) - p),
        abs(Double(replica.firstMoment[index]) - m), abs(Double(replica.secondMoment[index]) - v))
    }
    #expect(error < 2e-6, "\(error)")
  }

  /// The moments are then gradient and square, so that their quotient is one.
  @Test("the first step is as long as the learning rate, against the gradient")
  func first() {
    step(1)
    let errors = inside.map { index in
      let g = gradient(index, 1)
      return abs(replica.parameters[index] + (g == 0 ? 0 : 0.01 * g / abs(g)))
    }
    #expect(errors.max()! < 1e-7)
  }

  @Test("what lies between layers stays as it is")
  func gaps() {
    memory.vector.fill(7)
    step(1)
    let vectors = [replica.parameters, replica.firstMoment, replica.secondMoment]
    let untouched = (0..<Self.layout.count).filter { index in vectors.contains { $0[index] == 7 } }
    #expect(inside.count < Self.layout.count)
    #expect(untouched == (0..<Self.layout.count).filter { !inside.contains($0) })
    #expect(untouched.allSatisfy { index in vectors.allSatisfy { $0[index] == 7 } })
  }

  @Test("products read the new weights")
  func copies() {
    step(1)
    step(2)
    for layer in Self.layout.layers.dropFirst() {
      guard case .floats(let copy) = replica.modelParameters.transposedWeights(of: layer) else {
        Issue.record("these are no floats")
        return
      }
      #expect(copy.elements == layer.weights(replica.parameters).transposed.elements)
      #expect(copy.elements.contains { $0 != 0 })
    }
  }

  @Test(
    "the rule of a recipe is Adam with its learning rate, in every step",
    arguments: [1, 469, 1_000_000])
  func rule(step: Int) throws {
    let adam = try #require(recipe.updateRule(step: step, batchesPerEpoch: 469) as? Adam)
    #expect(adam.learningRate == 0.01 && adam.weightDecay == 0)
    #expect((adam.firstDecay, adam.secondDecay, adam.epsilon) == (0.9, 0.999, 1e-8))
  }

  @Test("a recipe names another rule, with its settings")
  func rules() throws {
    var recipe = recipe
    (recipe.optimizer, recipe.epsilon) = (.adamW, 1e-4)
    let adamW = try #require(recipe.updateRule(step: 1, batchesPerEpoch: 469) as? Adam)
    #expect((adamW.learningRate, adamW.epsilon, adamW.weightDecay) == (0.01, 1e-4, 0.01))
    recipe.optimizer = .sgd
    let descent = try #require(
      recipe.updateRule(step: 1, batchesPerEpoch: 469) as? StochasticGradientDescent)
    #expect((descent.learningRate, descent.momentum) == (0.01, 0.9))
  }
}
