internal import Kernels

/// What training minimises, beside the kind of the model.
public struct Objective: Equatable, Sendable {
  /// Which bound on log p(x) training raises.
  public var bound: Bound

  /// How many latents are drawn of each image in a step.
  public var draws: Int

  /// The nats below which the divergence of a latent dimension costs nothing more: see
  /// ``GaussianSampler/surplus(moments:least:surplus:)``.
  public var freeNats: Float

  /// The evidence lower bound with one latent an image, unless told otherwise.
  public init(_ bound: Bound = .elbo, draws: Int = 1, freeNats: Float = 0) {
    (self.bound, self.draws, self.freeNats) = (bound, draws, freeNats)
  }

  /// The bounds on log p(x).
  public enum Bound: String, Codable, Sendable, CaseIterable {
    /// The evidence lower bound, with the divergence in closed form: the mean over the draws. Kingma and
    /// Welling 2013, equation 7.
    case elbo
    /// The importance-weighted bound: Burda, Grosse, Salakhutdinov 2015, equation 8.
    case iwae
    /// The importance-weighted bound, with the encoder's gradient of Tucker et al. 2019.
    case dreg
  }
}

/// The loss of a model: how latents come from the encoder's outputs, what the losses are, and their
/// gradients. Each function computes the samples `rows`.
protocol Loss: Sendable {
  /// Computes the latents from moments and noise.
  func sample(_ activations: Activations, rows: Range<Int>)

  /// Writes the reconstruction loss and the divergence of each sample, in nats, to `losses` (rows.count, 2);
  /// of models with one draw a sample.
  func evaluate(_ activations: Activations, rows: Range<Int>, losses: Matrix)

  /// Writes `losses` (rows.count, 3), and replaces the logits by the gradient of the objective with respect
  /// to them.
  func differentiateByLogits(
    _ activations: Activations, rows: Range<Int>, weights: LossWeights, losses: Matrix)

  /// Computes the gradient of the objective with respect to the moments, from the gradient with respect to
  /// the latents.
  func differentiateByMoments(_ activations: Activations, rows: Range<Int>, weights: LossWeights)
}

/// What the parts of a loss count.
public struct LossWeights: Sendable {
  /// What the whole is multiplied by: one over the number of images, for a mean.
  public var scale: Float

  /// What the divergence is multiplied by beside: the β of Higgins et al., "beta-VAE: Learning Basic Visual
  /// Concepts with a Constrained Variational Framework", 2017.
  public var divergence: Float

  /// Weights of a mean with `scale`.
  public init(scale: Float, divergence: Float = 1) {
    (self.scale, self.divergence) = (scale, divergence)
  }
}

extension ModelConfiguration {
  /// The loss of a model of this kind, by which training pursues `objective`.
  func loss(_ objective: Objective) -> any Loss {
    switch (kind, objective.bound) {
    case (.autoencoder, _): ReconstructionLoss()
    case (.vae, .elbo), (.conditional, .elbo): EvidenceLowerBound(freeNats: objective.freeNats)
    case (.vae, .iwae), (.conditional, .iwae): ImportanceWeightedBound(.iwae)
    case (.vae, .dreg), (.conditional, .dreg): ImportanceWeightedBound(.dreg)
    }
  }
}
