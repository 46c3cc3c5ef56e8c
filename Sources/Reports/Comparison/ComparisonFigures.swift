internal import Inference
package import VAE

/// The numbers of a comparison of two runs, as `compare.html` and JSON have them.
///
/// What needs labels is nil where the images have none.
package struct ComparisonFigures: Encodable, Equatable, Sendable {
  /// The two runs, in the order in which they were named.
  package var runs: [ComparedRun]
  /// How many test images were used.
  package var testImages: Int
  /// Among how many training images neighbours were looked for.
  package var trainingImages: Int
  /// How many neighbours of an image, or of a code, vote.
  package var neighbours: Int
  /// The bytes of an image's pixels.
  package var imageBytes: Int
  /// The share of test images whose label their nearest training images tell, by pixels.
  package var pixelAccuracy: Double?
  /// The share of test images that are recognisable, as ``ComparedRun/recognisable`` counts draws.
  package var recognisableTestImages: Double?
}

extension ComparisonFigures {
  /// The figures of `runs`, which were measured on `images`; see the properties for the two shares.
  init(
    runs: [ComparedRun], images: ComparedImages, accuracy: Double?, recognisable: Double?
  ) {
    self.init(
      runs: runs, testImages: images.test.count, trainingImages: images.train.count,
      neighbours: images.neighbours, imageBytes: images.test.pixelCount, pixelAccuracy: accuracy,
      recognisableTestImages: recognisable)
  }
}

/// The numbers of one of two runs that are compared.
package struct ComparedRun: Encodable, Equatable, Sendable {
  /// The run's name on the page, which the other run does not have.
  package var name: String
  /// The kind of the model.
  package var kind: ModelKind
  /// The sizes of the layers, as in 784-400-20-400-784.
  package var sizes: String
  /// Progress and settings, in one line; empty where the run's files do not tell them.
  package var recipe: String
  /// The dimensions of a code.
  package var latent: Int
  /// The cross-entropy of test images and what the decoder makes of their codes: nats, a mean per image.
  package var crossEntropy: Double
  /// The squared error of the same, a mean per pixel.
  package var squaredError: Double
  /// The divergence from the prior of the Gaussian with the latents' mean and covariance, in nats; nil
  /// where it is infinite.
  package var divergence: Double?
  /// The share of draws of the prior whose nearest neighbour, among all others and as many latents of test
  /// images, is a latent: 0.5 where latents have the prior's distribution, less where draws fall into holes.
  package var drawsMet: Double
  /// The share of latents of test images whose nearest neighbour, among the same, is a draw of the prior.
  package var latentsMet: Double
  /// The share of draws from the prior that decode to a recognisable image, where no label counts beyond its
  /// share of the test images.
  package var recognisable: Double?
  /// How many recognisable draws there are of each label.
  package var recognisableLabels: [String: Int]?
  /// The share of draws from the prior that decode to a recognisable image, whatever its label.
  package var recognisableDraws: Double? {
    recognisableLabels.map { Double($0.values.reduce(0, +)) / Double(RunMeasurement.draws) }
  }
  /// The share of test images whose label their codes' nearest codes of training images tell.
  package var codeAccuracy: Double?

  /// How badly draws and latents mix: 0 where they have one distribution, 1 where they lie apart. An estimate
  /// of the Henze–Penrose divergence.
  package var mismatch: Double { 1 - drawsMet - latentsMet }

  /// The bytes of a code in single precision.
  package var codeBytes: Int { 4 * latent }

  private enum CodingKeys: String, CodingKey {
    case name = "run"
    case kind, sizes, recipe, latent, codeBytes, crossEntropy, squaredError, divergence, drawsMet,
      latentsMet
    case recognisable, recognisableDraws, recognisableLabels, codeAccuracy
  }

  /// Writes all numbers, the bytes of a code too.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(kind, forKey: .kind)
    try container.encode(sizes, forKey: .sizes)
    try container.encode(recipe, forKey: .recipe)
    try container.encode(latent, forKey: .latent)
    try container.encode(codeBytes, forKey: .codeBytes)
    try container.encode(crossEntropy, forKey: .crossEntropy)
    try container.encode(squaredError, forKey: .squaredError)
    try container.encodeIfPresent(divergence, forKey: .divergence)
    try container.encode(drawsMet, forKey: .drawsMet)
    try container.encode(latentsMet, forKey: .latentsMet)
    try container.encodeIfPresent(recognisable, forKey: .recognisable)
    try container.encodeIfPresent(recognisableDraws, forKey: .recognisableDraws)
    try container.encodeIfPresent(recognisableLabels, forKey: .recognisableLabels)
    try container.encodeIfPresent(codeAccuracy, forKey: .codeAccuracy)
  }
}
