package import Formats

/// How the latents of images are distributed, all counted dimensions taken together.
///
/// The draws of z should have the prior's distribution, the standard normal one; dimensions that a model
/// does not use have means of zero.
package struct LatentHistograms {
  /// The number of dimensions that are counted: the model's first ones, 64 at most.
  let dimensions: Int

  /// The means of q(z|x).
  package private(set) var means = Histogram(-5...5, bins: 80)

  /// One sample of z of each image.
  package private(set) var samples = Histogram(-5...5, bins: 80)

  /// Histograms of a model with `latent` dimensions, in which nothing has been counted yet.
  package init(latent: Int) { dimensions = min(latent, 64) }

  /// Counts one image's latents (2 × dimensions): its means, then its draw of z.
  mutating func add(_ latents: Span<Float>) {
    means.add(latents.extracting(..<dimensions))
    samples.add(latents.extracting(dimensions...))
  }
}
