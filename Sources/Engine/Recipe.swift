package import Kernels
package import VAE

/// All that determines the trained model, beside the data: what a resumed run must not change.
package struct Recipe: Equatable, Codable, Sendable {
  /// Units of each hidden layer.
  package var hidden = 400

  /// Dimensions of the latent space.
  package var latent = 20

  /// Images of a step, over all ranks.
  package var batchSize = 128

  /// Adam's step length.
  package var learningRate = 1e-3

  /// What order, noise and initial parameters are drawn from.
  package var seed: UInt64 = 1

  /// The number format of the matrix products.
  package var precision = Precision.fp32

  /// The defaults, which are those of PyTorch's public example.
  package init() {}

  /// The model of this recipe for images of `pixels`.
  package func model(pixels: Int) -> ModelConfiguration {
    ModelConfiguration(pixels: pixels, hidden: hidden, latent: latent)
  }

  /// The optimizer of this recipe.
  package var optimizer: Adam { Adam(learningRate: learningRate) }

  // The names of the flags, so that a configuration file and a command line read alike.
  package enum CodingKeys: String, CodingKey, CaseIterable {
    case hidden
    case latent
    case batchSize = "batch-size"
    case learningRate = "learning-rate"
    case seed
    case precision
  }
}

extension Recipe {
  /// What is impossible about the values, in one sentence; nil where nothing is.
  package var problem: String? {
    let largest = 1 << 20
    if !(1...largest).contains(hidden) { return "--hidden must be from 1 to \(largest)" }
    if !(1...largest).contains(latent) { return "--latent must be from 1 to \(largest)" }
    if !(1...largest).contains(batchSize) { return "--batch-size must be from 1 to \(largest)" }
    if hidden * latent > 1 << 26 { return "--hidden times --latent must be at most \(1 << 26)" }
    guard Float(learningRate).isFinite, Float(learningRate) > 0 else {
      return "--learning-rate must be a positive number that fp32 can hold, as in 1e-3"
    }
    return nil
  }

  /// The first flag whose value differs from `other`'s, with both values; nil where all agree.
  package func difference(from other: Recipe) -> (flag: String, mine: String, other: String)? {
    let pairs: [(CodingKeys, String, String)] = [
      (.hidden, "\(hidden)", "\(other.hidden)"), (.latent, "\(latent)", "\(other.latent)"),
      (.batchSize, "\(batchSize)", "\(other.batchSize)"),
      (.learningRate, "\(learningRate)", "\(other.learningRate)"),
      (.seed, "\(seed)", "\(other.seed)"),
      (.precision, precision.rawValue, other.precision.rawValue),
    ]
    return pairs.first { $0.1 != $0.2 }.map { ("--\($0.0.rawValue)", $0.1, $0.2) }
  }
}
