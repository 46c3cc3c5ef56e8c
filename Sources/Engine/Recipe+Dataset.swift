package import Images
package import Platform
internal import Kernels
internal import VAE

extension Recipe {
  /// What `dataset` lacks for training by the recipe, in one sentence; nil where nothing.
  package func problem(of dataset: Dataset) -> Sentence? {
    // Positions of random numbers have 32 bits.
    if dataset.count * importanceSamples > 1 << 32 {
      return
        "\(setting: .importanceSamples) times the number of images, \(dataset.count), must be at most \(1 << 32)"
    }
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

  /// Says that the images of `dataset` that are held out for validation lack labels which the others have,
  /// and more of them than chance leaves out; nil where that is not so. There are more images than are held
  /// out.
  package func validationWarning(of dataset: Dataset) -> Sentence? {
    let (rest, last) = dataset.holdingOut(validation)
    guard let last, dataset.shape.hasLabels else { return nil }
    let (known, shown) = (Set(rest.labels.elements), Set(last.labels.elements))
    let isChance = validation < 5 * known.count && 2 * shown.count >= min(validation, known.count)
    guard !isChance, !known.isSubset(of: shown) else { return nil }
    let labels = Wording.list("label", shown.map(Int.init).sorted())
    return
      "the \(validation) validation images show \(labels) alone, and those to train on \(known.count) labels: "
      + "\(setting: .validation) takes the last images, so bring them into another order, as in an .npz archive, "
      + "or leave \(setting: .validation) out"
  }
}
