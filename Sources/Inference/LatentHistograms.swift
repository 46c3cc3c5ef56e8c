package import Formats

/// How the latents of images are distributed: where the prior is a standard normal distribution,
/// the samples should be, too, and dimensions that a model leaves unused have means of zero.
package struct LatentHistograms {
  /// As many dimensions, the first, are counted.
  let dimensions: Int

  /// The means of q(z|x).
  package private(set) var means = Histogram(-5...5, bins: 80)

  /// One sample of z of each image.
  package private(set) var samples = Histogram(-5...5, bins: 80)

  /// Nothing counted yet, of a model with `latent` dimensions.
  package init(latent: Int) { dimensions = min(latent, 64) }

  /// Counts one image's means and then sample, (2 × dimensions).
  mutating func add(_ latents: Span<Float>) {
    means.add(latents.extracting(..<dimensions))
    samples.add(latents.extracting(dimensions...))
  }
}
