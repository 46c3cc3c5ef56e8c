package import Images
package import MPI

/// Which dimensions of the latent space a model uses: those whose code, the mean of q(z|x), varies from
/// image to image.
///
/// Burda, Grosse, Salakhutdinov, "Importance Weighted Autoencoders", 2015, §5.3: a latent is active where
/// the variance over x of its mean is above 0.01.
package struct ActiveUnits {
  /// The variance above which a latent is active.
  package static let threshold = 0.01

  private var count = 0.0
  private var means: [Double]
  private var deviations: [Double]

  /// Units of a model with `latent` latents, of which no image is known yet.
  init(latent: Int) {
    means = Array(repeating: 0, count: latent)
    deviations = means
  }

  /// Adds the codes (n, latent) of n images, in their order.
  mutating func add(_ codes: Span<Float>) {
    for start in stride(from: 0, to: codes.count, by: means.count) {
      count += 1
      for k in means.indices {
        let code = Double(codes[start + k])
        let deviation = code - means[k]
        means[k] += deviation / count
        deviations[k] += deviation * (code - means[k])
      }
    }
  }

  /// The variance of each latent's code, with n.
  package var variances: [Double] { deviations.map { $0 / max(count, 1) } }

  /// The active latents, counted from 0.
  package var active: [Int] { variances.indices.filter { variances[$0] > Self.threshold } }
}

extension InferenceSession {
  /// Which latents the images of `dataset` make use of; collective. Only rank zero's value has the images.
  ///
  /// - Throws: on all ranks, as ``encode(_:among:receive:)`` does.
  package func activeUnits(
    _ dataset: Dataset, among communicator: borrowing Communicator
  ) throws -> ActiveUnits {
    var units = ActiveUnits(latent: latent)
    try encode(dataset, among: communicator) { units.add($1) }
    return units
  }
}
