internal import Formats
internal import Images
internal import Inference
internal import Platform

/// What the page tells of the importance-weighted bound, if one was found of the newest checkpoint.
extension ReportContents {
  private var likelihood: LikelihoodRecord? {
    record.likelihood.flatMap { $0.modelDigest == modelDigest ? $0 : nil }
  }

  /// The bound among the facts at the top.
  var likelihoodFacts: [ReportPage.Fact] {
    guard let found = likelihood else { return [] }
    return [
      ReportPage.Fact(
        "Bound on \(sizes.likelihoodName)", NumberText.fixed(found.logLikelihood, 2),
        unit: "nats, \(found.pixels.words), K = \(found.importanceSamples.grouped)")
    ]
  }

  /// What the bound is, and how far to trust it; nil where there is none.
  var likelihoodParagraph: String? {
    guard let found = likelihood else { return nil }
    let errors = [
      found.standardError.map { "standard error over images \(NumberText.fixed($0, 3))" },
      found.samplingError.map { "over draws of z \(NumberText.fixed($0, 3))" },
    ].compactMap(\.self)
    return
      "The importance-weighted bound on \(sizes.likelihoodName) of the newest checkpoint, with "
      + "\(found.importanceSamples.grouped) samples of z for each of \(found.images.grouped) test images "
      + "(Burda and others 2015), \(found.pixels.words): \(NumberText.fixed(found.logLikelihood, 3)) "
      + "nats" + (errors.isEmpty ? "" : " (\(errors.joined(separator: ", ")))") + ". "
      + (found.pixels.isBinary
        ? "" : "It is not a likelihood: grey pixels count as probabilities. ")
      + "\(found.active.count) of \(found.latent) latents are active: their code varies by more than "
      + "\(ActiveUnits.threshold) from image to image."
  }
}
