internal import Engine
internal import Images
internal import VAE

/// What a page says of a run's losses: which of them training lowers depends on the recipe, while test and
/// validation images have the evidence lower bound as it is.
struct LossWords {
  /// The kind of the model.
  let kind: ModelKind
  /// The run's recipe; its defaults where the run does not tell it.
  let recipe: Recipe

  /// Some sentences.
  var text: String {
    switch (kind, recipe.objective) {
    case (.autoencoder, _):
      "The loss is the cross-entropy of the pixels given the image’s code, summed over the pixels, a mean per image. "
        + "A plain autoencoder has no divergence, and its loss bounds no likelihood."
    case (_, .elbo) where isPlain:
      "The loss is the negative evidence lower bound\(onWhat), a mean per image: \(crossEntropy), plus \(divergence)."
        + draws
    case (_, .elbo): weighted
    case (_, .iwae), (_, .dreg): importanceWeighted
    }
  }

  /// A sentence or two about the images that losses are of, and with which other losses they compare.
  var pixels: String {
    let (trained, shown) = (recipe.pixels.words, recipe.pixels.inEvaluation.words)
    switch recipe.pixels {
    case .grey:
      return "Losses are of \(trained), and do not compare with those of black and white images."
    case .fixed:
      return "Losses are of the \(trained), and do not compare with those of grey pixels."
    case .dynamic:
      return
        "Training losses are of the \(trained). \(evaluated("is", "are")) of the \(shown), and "
        + "\(recipe.validation > 0 ? "compare" : "compares") with those of models that were trained on it, but not "
        + "with those of grey pixels."
    }
  }

  /// Whether training lowers what the test loss is.
  private var isPlain: Bool { recipe.beta == 1 && recipe.klWarmup == 0 && recipe.freeBits == 0 }

  private var isConditional: Bool { kind == .conditional }

  private var onWhat: String { isConditional ? " on log p(x | label)" : "" }

  private var crossEntropy: String {
    "the cross-entropy of the pixels given z\(isConditional ? " and the label" : "")"
  }

  private var divergence: String {
    "the Kullback–Leibler divergence of q(z|x\(isConditional ? ", label" : "")) from the prior"
  }

  private var draws: String {
    recipe.importanceSamples == 1
      ? ""
      : " In training it is a mean over \(recipe.importanceSamples) draws of z for each image. "
        + "\(evaluated("has", "have")) one."
  }

  private var weighted: String {
    "Training lowers, as a mean per image, \(crossEntropy), plus \(Self.number(recipe.beta)) times \(divergence)"
      + (recipe.freeBits == 0
        ? ""
        : ", in which each latent of each image counts at least \(Self.number(recipe.freeBits)) nats")
      + "."
      + (recipe.klWarmup == 0
        ? ""
        : " The weight grows to that from 0 over the first "
          + (recipe.klWarmup == 1 ? "epoch." : "\(recipe.klWarmup) epochs.")) + draws
      + " \(evaluated("counts", "count")) the divergence once, with one draw: the negative "
      + "evidence lower bound\(onWhat)."
  }

  private var importanceWeighted: String {
    "Training lowers the negative importance-weighted bound\(onWhat) with \(recipe.importanceSamples) draws of z for "
      + "each image (Burda and others 2015"
      + (recipe.objective == .dreg
        ? "; the encoder’s gradient is that of Tucker and others 2019" : "")
      + "), a mean per image. \(evaluated("is", "are")) the negative evidence lower bound, with one draw: "
      + "\(crossEntropy), plus \(divergence)."
  }

  private func evaluated(_ one: String, _ several: String) -> String {
    recipe.validation > 0 ? "Test and validation losses \(several)" : "The test loss \(one)"
  }

  private static func number(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
