internal import Engine
internal import FoundationEssentials
internal import Images
internal import Inference
internal import Platform

/// What `lockstep evaluate` tells, as lines or as one JSON object. Members that `metrics.jsonl` has, too,
/// have the same names there.
struct Evaluation: Encodable {
  /// How the images were shown.
  let pixels: PixelProtocol
  let test_loss: Double
  let reconstruction: Double
  let kl: Double
  let images: Int
  /// The number of latents.
  let latent: Int
  /// How many of them are active, and which, counted from 0; nil for a plain autoencoder, whose codes have no
  /// scale.
  let active_units: Int?
  let active: [Int]?
  private(set) var importance_samples: Int?
  /// The images that the bound is the mean of: fewer than all where the command was stopped.
  private(set) var likelihood_images: Int?
  private(set) var log_likelihood: Double?
  /// The standard error over images, and that over draws of z: see ``LikelihoodEstimate``.
  private(set) var standard_error: Double?
  private(set) var sampling_error: Double?
  /// What the bound is of, where that is not log p(x), and what it is not.
  private(set) var note: String?

  /// The mean `loss` of `count` images, shown by `pixels`, and which of `latent` latents they use, which is
  /// nil for a plain autoencoder.
  init(
    _ loss: Loss, of count: Int, shown pixels: PixelProtocol, latent: Int, _ units: ActiveUnits?
  ) {
    (test_loss, reconstruction, kl) = (loss.total, loss.reconstruction, loss.divergence)
    (images, self.pixels) = (count, pixels)
    (self.latent, active) = (latent, units?.active)
    active_units = active?.count
  }

  /// Adds the bound with `samples` of each image, of a conditional model or of another.
  mutating func add(_ bound: LikelihoodEstimate, samples: Int, isConditional: Bool) {
    (importance_samples, likelihood_images) = (samples, bound.images)
    (log_likelihood, standard_error) = (bound.mean, bound.standardError)
    sampling_error = bound.samplingError
    let notes = [
      isConditional ? "of log p(x | label)" : nil,
      pixels.isBinary ? nil : "not a likelihood: grey pixels count as probabilities",
    ].compactMap(\.self)
    if !notes.isEmpty { note = notes.joined(separator: "; ") }
  }

  /// Whether all images were evaluated.
  var isWhole: Bool { likelihood_images ?? images == images }

  var json: String {
    get throws {
      String(decoding: try JSONEncoder(.sortedKeys).encode(self), as: UTF8.self)
    }
  }

  var lines: String {
    (["test_loss       \(test_loss)"] + partLines
      + ["images          \(images)", "unit            nats, \(pixels.words)"]
      + unitLines + likelihoodLines).joined(separator: "\n")
  }

  /// The lines about the loss's two parts; none for a plain autoencoder, whose loss has one.
  private var partLines: [String] {
    active == nil ? [] : ["reconstruction  \(reconstruction)", "kl              \(kl)"]
  }

  /// The line about active latents, with the numbers of at most 20; none for a plain autoencoder.
  private var unitLines: [String] {
    guard let active else { return [] }
    let more = active.count > 20 ? " and \(active.count - 20) more" : ""
    let which =
      active.isEmpty ? "" : "  (\(Wording.list("latent", Array(active.prefix(20))))\(more))"
    return ["active_units    \(active.count) of \(latent)\(which)"]
  }

  private var likelihoodLines: [String] {
    guard let importance_samples, let likelihood_images else { return [] }
    let samples = "\(importance_samples) importance samples"
    let extent =
      isWhole
      ? samples
      : "\(samples), the first \(likelihood_images.grouped) of \(images.grouped) images"
    return [
      log_likelihood.map { "log_likelihood  \($0)  (\(extent))" }
        ?? "log_likelihood  –  (\(extent))",
      standard_error.map { "standard_error  \($0)  (over images)" },
      sampling_error.map { "sampling_error  \($0)  (over draws of z)" },
      note.map { "note            \($0)" },
    ].compactMap(\.self)
  }
}
