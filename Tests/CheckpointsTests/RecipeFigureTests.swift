@testable import Checkpoints
@testable import Engine
import Platform
import Testing

@Suite struct RecipeFigureTests {
  @Test("the sizes of layers are told as such, other values with their setting's words")
  func words() throws {
    let figures = Recipe().figures
    #expect(figures.map(\.isSize) == [true, true, false, false, false, false])
    #expect(
      figures.map(\.words)
        == ["hidden 400", "latent 20", "batch 128", "learning rate 0.001", "seed 1", "fp32"])
    #expect(
      figures.map(\.row) == [
        ["hidden", "400"], ["latent", "20"], ["batch, over all ranks", "128"],
        ["optimizer", "Adam, learning rate 0.001"], ["seed", "1"], ["products", "fp32"],
      ])
  }

  @Test("a name of several words has spaces for people and underscores for programs")
  func names() {
    let figure = RecipeFigure(
      name: "decay-of-rate", text: "0.5", number: 0.5, differsFromAbsence: true, label: .name)
    #expect(figure.key == "decay_of_rate" && figure.words == "decay of rate 0.5")
    #expect(figure.row == ["decay of rate", "0.5"])
  }
}
