@testable import Checkpoints
@testable import Engine
import Platform
import Testing
import VAE

@Suite struct RecipeFigureTests {
  @Test("values are told with their setting's words, without sizes and what is as ever")
  func words() throws {
    var recipe = Recipe()
    func told() -> [RecipeFigure] { recipe.figures.filter(\.isTold) }
    #expect(told().map(\.words) == ["batch 128", "learning rate 0.001", "seed 1", "fp32", "adam"])
    #expect(
      told().map(\.row) == [
        ["batch, over all ranks", "128"], ["learning rate", "0.001"], ["seed", "1"],
        ["products", "fp32"], ["optimizer", "adam"],
      ])
    (recipe.model, recipe.klWarmup, recipe.hidden) = (.conditional, 2, [30, 20])
    #expect(told().map(\.words).contains("conditional"))
    #expect(told().map(\.row).contains(["kl warmup", "2"]))
    #expect(recipe.figures.first { $0.key == "hidden" }?.words == "hidden 30,20")
  }

  @Test("what an optimizer does not use is not told of, and its own settings are")
  func optimizers() {
    var recipe = Recipe()
    recipe.optimizer = .sgd
    #expect(recipe.figures.filter(\.isTold).map(\.words).suffix(2) == ["sgd", "momentum 0.9"])
    #expect(!recipe.figures.map(\.name.text).contains { ["epsilon", "weight-decay"].contains($0) })
    (recipe.optimizer, recipe.epsilon) = (.adamW, 1e-4)
    #expect(
      recipe.figures.filter(\.isTold).map(\.words).suffix(3)
        == ["adamw", "epsilon 0.0001", "weight decay 0.01"])
  }

  @Test("a name of several words has spaces for people and underscores for programs")
  func names() {
    let figure = RecipeFigure(
      name: "decay-of-rate", text: "0.5", number: 0.5, differsFromAbsence: true, isTold: true,
      label: .name)
    #expect(figure.key == "decay_of_rate" && figure.words == "decay of rate 0.5")
    #expect(figure.row == ["decay of rate", "0.5"])
  }
}
