package import Images
package import Platform
internal import VAE
internal import Kernels

extension Recipe {
  /// What is impossible about the values, or about two of them together, in one sentence; nil where nothing is.
  package var problem: Sentence? {
    if let (name, text) = Self.table.problem(in: self) { return "\(setting: name) \(text)" }
    if hidden.all.last! * latent > 1 << 26 {
      return "\(setting: .hidden) times \(setting: .latent) must be at most \(1 << 26)"
    }
    return model.draws ? drawingProblem : codeProblem
  }

  /// For a plain autoencoder.
  private var codeProblem: Sentence? {
    let given: [(SettingName, Bool)] = [
      (.beta, beta != 1), (.klWarmup, klWarmup != 0), (.freeBits, freeBits != 0),
      (.objective, objective != .elbo), (.importanceSamples, importanceSamples != 1),
    ]
    guard let name = given.first(where: \.1)?.0 else { return classesProblem }
    return
      "\(setting: name) has no meaning with \(setting: .model, "autoencoder"), which draws no latents and has no "
      + "divergence: leave it out, or choose another \(setting: .model)"
  }

  /// For a model that draws latents.
  private var drawingProblem: Sentence? {
    guard objective != .elbo else { return classesProblem }
    if importanceSamples < 2 {
      return
        "\(setting: .objective, objective.rawValue) weights several latents of an image: give "
        + "\(setting: .importanceSamples) of 2 or more"
    }
    let given: [(SettingName, Bool)] = [
      (.beta, beta != 1), (.klWarmup, klWarmup != 0), (.freeBits, freeBits != 0),
    ]
    guard let name = given.first(where: \.1)?.0 else { return classesProblem }
    return
      "\(setting: name) has no meaning with \(setting: .objective, objective.rawValue), in which the divergence is no "
      + "term of its own: leave it out, or choose \(setting: .objective, "elbo")"
  }

  private var classesProblem: Sentence? {
    guard model != .conditional, classes != 10 else { return nil }
    return
      "\(setting: .classes) is for \(setting: .model, "conditional"), which alone is told labels"
  }

  /// What `dataset` lacks for training by the recipe, in one sentence; nil where nothing.
  package func problem(of dataset: Dataset) -> Sentence? {
    guard model == .conditional else { return nil }
    guard dataset.shape.hasLabels else {
      return
        "\(setting: .model, "conditional") needs labels, and the images have none: add their file, or choose another "
        + "\(setting: .model)"
    }
    let largest = Int(dataset.labels.elements.max() ?? 0)
    guard largest >= classes else { return nil }
    return
      "an image has the label \(largest), and the model knows those below \(classes): give \(setting: .classes) of "
      + "\(largest + 1)"
  }
}
