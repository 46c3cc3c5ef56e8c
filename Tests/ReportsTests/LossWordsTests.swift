import Engine
import Images
import Testing
import VAE

@testable import Reports

/// What a report says of a loss follows the recipe.
@Suite struct LossWordsTests {
  private func text(_ kind: ModelKind = .vae, _ change: (inout Recipe) -> Void = { _ in }) -> String
  {
    var recipe = Recipe()
    recipe.model = kind
    change(&recipe)
    return LossWords(kind: kind, recipe: recipe).text
  }

  @Test("the evidence lower bound as it is")
  func plain() {
    #expect(
      text()
        == "The loss is the negative evidence lower bound, a mean per image: the cross-entropy of the pixels given z, "
        + "plus the Kullback–Leibler divergence of q(z|x) from the prior.")
    #expect(
      text { $0.importanceSamples = 5 }.hasSuffix(
        " In training it is a mean over 5 draws of z for each image. The test loss has one."))
  }

  @Test("weights on the divergence, which the test loss does not have")
  func weighted() {
    let words = text {
      ($0.beta, $0.klWarmup, $0.freeBits, $0.validation) = (4, 10, 0.5, 100)
    }
    #expect(
      words
        == "Training lowers, as a mean per image, the cross-entropy of the pixels given z, plus 4 times the "
        + "Kullback–Leibler divergence of q(z|x) from the prior, in which each latent of each image counts at least "
        + "0.5 nats. The weight grows to that from 0 over the first 10 epochs. Test and validation losses count the "
        + "divergence once, with one draw: the negative evidence lower bound.")
    #expect(!text { $0.beta = 2 }.contains("at least") && !text { $0.beta = 2 }.contains("grows"))
    #expect(text { $0.klWarmup = 1 }.contains("over the first epoch. The test loss counts"))
  }

  @Test("the importance-weighted bound", arguments: [Objective.Bound.iwae, .dreg])
  func importanceWeighted(bound: Objective.Bound) {
    let words = text {
      ($0.objective, $0.importanceSamples) = (bound, 50)
    }
    #expect(
      words.hasPrefix(
        "Training lowers the negative importance-weighted bound with 50 draws of z for each image (Burda and"
      ))
    #expect(words.contains("Tucker") == (bound == .dreg))
    #expect(words.contains(" The test loss is the negative evidence lower bound, with one draw: "))
  }

  @Test("test losses of both binarisations are of the same images")
  func pixels() {
    func pixels(_ change: (inout Recipe) -> Void) -> String {
      var recipe = Recipe()
      change(&recipe)
      return LossWords(kind: .vae, recipe: recipe).pixels
    }
    #expect(
      pixels { _ in }
        == "Losses are of grey pixels, and do not compare with those of black and white images.")
    #expect(
      pixels { $0.pixels = .dynamic }
        == "Training losses are of the dynamic binarisation. The test loss is of the fixed binarisation, and "
        + "compares with those of models that were trained on it, but not with those of grey pixels."
    )
    #expect(
      pixels { ($0.pixels, $0.validation) = (.dynamic, 1) }.contains(
        "losses are of the fixed binarisation, and compare with"))
  }

  @Test("a plain autoencoder has no divergence, a conditional model is told the label")
  func kinds() {
    let words = text(.autoencoder)
    #expect(words.hasPrefix("The loss is the cross-entropy of the pixels given the image’s code"))
    #expect(!words.contains("Kullback") && !words.contains("evidence"))
    #expect(text(.conditional).contains("on log p(x | label)"))
    #expect(text(.conditional).contains("given z and the label, plus"))
  }
}
