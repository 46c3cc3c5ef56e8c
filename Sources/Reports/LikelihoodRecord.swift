internal import Checkpoints
internal import FoundationEssentials
package import Images
package import Inference
internal import Platform

/// The file `likelihood.json` in a run directory: the last whole importance-weighted bound of a checkpoint of
/// the run. Used on rank zero alone.
package struct LikelihoodRecord: Codable, Equatable {
  /// The SHA-256 of the model that was evaluated, in hexadecimal.
  package var modelDigest: String
  /// The steps after which the checkpoint was written.
  package var step: Int
  /// How the images were shown.
  package var pixels: PixelProtocol
  /// The samples of z for each image.
  package var importanceSamples: Int
  /// The number of test images.
  package var images: Int
  /// The mean of the images' bounds, in nats.
  package var logLikelihood: Double
  /// See ``LikelihoodEstimate/standardError``.
  package var standardError: Double?
  /// See ``LikelihoodEstimate/samplingError``.
  package var samplingError: Double?
  /// The active latents, counted from 0: see ``ActiveUnits``.
  package var active: [Int]
  /// The number of latents.
  package var latent: Int

  /// The `bound` with `samples` of each image of the model from `origin`, which is shown `pixels` and uses
  /// `units`; nil where the bound is of no image.
  package init?(
    _ bound: LikelihoodEstimate, samples: Int, of origin: ModelOrigin, shown pixels: PixelProtocol,
    _ units: ActiveUnits
  ) {
    guard let mean = bound.mean else { return nil }
    (modelDigest, step) = (origin.modelDigest, origin.step)
    (self.pixels, importanceSamples, images) = (pixels, samples, bound.images)
    (logLikelihood, standardError) = (mean, bound.standardError)
    samplingError = bound.samplingError
    (active, latent) = (units.active, units.variances.count)
  }

  /// Writes the file to the run directory at `path`.
  ///
  /// - Throws: `FileError` where the system refuses.
  package func write(toRun path: String) throws {
    let encoder = JSONEncoder([.prettyPrinted, .sortedKeys])
    let text = [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
    try OutputFile.replace("\(path)/\(RunFiles.likelihood)") { try $0.write(text) }
  }

  /// Reads the file in the run directory at `path`; nil where there is none, or it cannot be read.
  package init?(inRun path: String) {
    guard FileSystem.isRegularFile("\(path)/\(RunFiles.likelihood)"),
      let text = try? FileSystem.read("\(path)/\(RunFiles.likelihood)"),
      let found = try? JSONDecoder().decode(Self.self, from: Data(text.utf8))
    else { return nil }
    self = found
    // Earlier versions wrote how the images were shown in training.
    pixels = found.pixels.inEvaluation
  }

  enum CodingKeys: String, CodingKey {
    case modelDigest = "model_sha256"
    case step, pixels
    case importanceSamples = "importance_samples"
    case images
    case logLikelihood = "log_likelihood"
    case standardError = "standard_error"
    case samplingError = "sampling_error"
    case active, latent
  }
}
