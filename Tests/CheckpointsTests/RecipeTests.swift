@testable import Checkpoints
@testable import Engine
import Kernels
import Platform
import Testing

@Suite struct RecipeTests {
  @Test("the defaults are those that help tells, and have no problem")
  func defaults() {
    var told = Recipe()
    (told.hidden, told.latent, told.batchSize) = (400, 20, 128)
    (told.learningRate, told.seed, told.precision) = (1e-3, 1, .fp32)
    #expect(Recipe().difference(from: told) == nil)
    #expect(told.problem == nil)
  }

  @Test("each value that no run can have is named")
  func problems() {
    let largest = 1 << 20
    let cases: [(String, (inout Recipe) -> Void)] = [
      ("hidden", { $0.hidden = 0 }), ("hidden", { $0.hidden = largest + 1 }),
      ("latent", { $0.latent = -1 }), ("latent", { $0.latent = .max }),
      ("batch-size", { $0.batchSize = 0 }), ("batch-size", { $0.batchSize = largest + 1 }),
      ("hidden", { ($0.hidden, $0.latent) = (largest, 65) }),
      ("learning-rate", { $0.learningRate = 0 }),
      ("learning-rate", { $0.learningRate = -.leastNonzeroMagnitude }),
      ("learning-rate", { $0.learningRate = .leastNonzeroMagnitude }),
      ("learning-rate", { $0.learningRate = .nan }),
      ("learning-rate", { $0.learningRate = .infinity }),
      ("learning-rate", { $0.learningRate = .greatestFiniteMagnitude }),
    ]
    for (number, (name, change)) in cases.enumerated() {
      var recipe = Recipe()
      change(&recipe)
      #expect(recipe.problem?.description.hasPrefix(name) ?? false, "case \(number)")
    }
    var largestRecipe = Recipe()
    (largestRecipe.hidden, largestRecipe.latent, largestRecipe.batchSize) = (largest, 64, largest)
    (largestRecipe.learningRate, largestRecipe.seed) = (3e38, .max)
    #expect(largestRecipe.problem == nil)
  }

  @Test("each value that makes another model is told by its name")
  func differences() {
    let cases: [(String, (inout Recipe) -> Void)] = [
      ("hidden", { $0.hidden = 1 }), ("latent", { $0.latent = 1 }),
      ("batch-size", { $0.batchSize = 1 }), ("learning-rate", { $0.learningRate.round(.up) }),
      ("seed", { $0.seed = 0 }), ("precision", { $0.precision = .bf16 }),
    ]
    for (name, change) in cases {
      var recipe = Recipe()
      change(&recipe)
      #expect(recipe.difference(from: Recipe())?.name.text == name)
    }
    var recipe = Recipe()
    recipe.learningRate = Recipe().learningRate.nextUp
    #expect(recipe.difference(from: Recipe()) != nil)
  }
}
