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
}
