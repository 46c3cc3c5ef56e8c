@testable import Checkpoints
@testable import Engine
import Images
import Kernels
import Platform
import Testing
import VAE

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
      ("hidden", { $0.hidden = 0 }), ("hidden", { $0.hidden = [largest + 1] }),
      ("latent", { $0.latent = -1 }), ("latent", { $0.latent = .max }),
      ("batch-size", { $0.batchSize = 0 }), ("batch-size", { $0.batchSize = largest + 1 }),
      ("hidden", { ($0.hidden, $0.latent) = ([largest], 65) }),
      ("hidden", { $0.hidden = [4, 0] }),
      ("hidden", { $0.hidden = [1, 2, 3, 4, 5, 6, 7, 8, 9] }),
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
    (largestRecipe.hidden, largestRecipe.latent, largestRecipe.batchSize) = ([largest], 64, largest)
    (largestRecipe.learningRate, largestRecipe.seed) = (3e38, .max)
    #expect(largestRecipe.problem == nil)
  }

  @Test("values that have no meaning together are named, and possible ones are not")
  func combinations() {
    let cases: [(String, (inout Recipe) -> Void)] = [
      ("beta 4.0 is of use with model vae or conditional alone", { $0.beta = 4 }),
      ("kl-warmup 1 is of use with model vae or conditional alone", { $0.klWarmup = 1 }),
      ("free-bits 1.0 is of use with model vae or conditional alone", { $0.freeBits = 1 }),
      (
        "objective iwae is of use with model vae or conditional alone",
        { ($0.objective, $0.importanceSamples, $0.pixels) = (.iwae, 5, .fixed) }
      ),
      (
        "importance-samples 5 is of use with model vae or conditional alone",
        { $0.importanceSamples = 5 }
      ),
    ]
    for (problem, change) in cases {
      var recipe = Recipe()
      change(&recipe)
      #expect(recipe.problem == nil)
      recipe.model = .autoencoder
      #expect(recipe.problem?.description.hasPrefix(problem) == true, "\(problem)")
    }
    for bound in [Objective.Bound.iwae, .dreg] {
      var recipe = Recipe()
      (recipe.objective, recipe.importanceSamples) = (bound, 5)
      let grey =
        "objective \(bound.rawValue), as is importance-samples above 1 unless told otherwise, weights"
      #expect(recipe.problem?.description.hasPrefix(grey) == true)
      (recipe.pixels, recipe.importanceSamples) = (.dynamic, 1)
      let problem = "objective \(bound.rawValue) weights several latents of an image"
      #expect(recipe.problem?.description.hasPrefix(problem) == true)
      (recipe.importanceSamples, recipe.beta) = (2, 0.5)
      #expect(
        recipe.problem?.description.hasPrefix("beta 0.5 is of use with objective elbo alone")
          == true)
    }
    var recipe = Recipe()
    recipe.classes = 4
    #expect(
      recipe.problem?.description.hasPrefix("classes 4 is of use with model conditional alone")
        == true)
    recipe.model = .conditional
    #expect(recipe.problem == nil)
    #expect(recipe.model(pixels: 9).labels == 4)
  }

  /// 3 epochs of 10 steps: the first step counts nothing, the 16th half, and from the 31st on all.
  @Test("the divergence's weight grows in a straight line")
  func warmup() {
    var recipe = Recipe()
    (recipe.beta, recipe.klWarmup) = (4, 3)
    let weights = [1, 16, 31, 32, 1000].map { recipe.divergenceWeight(step: $0, batches: 10) }
    #expect(weights == [0, 2, 4, 4, 4])
    recipe.klWarmup = 0
    #expect(recipe.divergenceWeight(step: 1, batches: 10) == 4)
  }

  @Test("each value that makes another model is told by its name")
  func differences() {
    let cases: [(String, (inout Recipe) -> Void)] = [
      ("hidden", { $0.hidden = 1 }), ("latent", { $0.latent = 1 }),
      ("batch-size", { $0.batchSize = 1 }), ("learning-rate", { $0.learningRate.round(.up) }),
      ("seed", { $0.seed = 0 }), ("precision", { $0.precision = .bf16 }),
      ("model", { $0.model = .autoencoder }), ("activation", { $0.activation = .tanh }),
      ("output-bias", { $0.outputBias = .mean }), ("objective", { $0.objective = .dreg }),
      ("importance-samples", { $0.importanceSamples = 2 }), ("beta", { $0.beta = 0 }),
      ("kl-warmup", { $0.klWarmup = 1 }), ("free-bits", { $0.freeBits = 0.1 }),
      ("hidden", { $0.hidden = [400, 400] }),
      ("model", { ($0.model, $0.classes) = (.conditional, 2) }),
      ("optimizer", { ($0.optimizer, $0.momentum) = (.sgd, 0.5) }), ("epsilon", { $0.epsilon = 0 }),
      ("pixels", { $0.pixels = .dynamic }),
    ]
    for (name, change) in cases {
      var recipe = Recipe()
      change(&recipe)
      #expect(recipe.difference(from: Recipe())?.name.text == name)
    }
    var recipe = Recipe()
    recipe.learningRate = Recipe().learningRate.nextUp
    #expect(recipe.difference(from: Recipe()) != nil)
    // What neither uses is no difference, but a problem.
    recipe = Recipe()
    recipe.momentum = 0.5
    #expect(recipe.difference(from: Recipe()) == nil && recipe.problem != nil)
  }
}
