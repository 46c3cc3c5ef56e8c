package import Checkpoints
internal import Formats
package import Images
internal import Inference
internal import Kernels
package import MPI
internal import VAE

/// What a report shows of a model itself, beside what its run directory has: rank zero's alone.
package struct ModelPictures {
  /// The model's sizes.
  let model: ModelConfiguration
  /// The numbers that it has learnt.
  let parameterCount: Int
  /// Where codes lie; nil where there are no data, or no plane.
  let map: LatentMap?
  /// A walk through the latent space, as a PNG file.
  let walk: [UInt8]
  /// What it shows.
  let walkCaption: String
}

extension InferenceSession {
  /// Draws what a report shows of the model, as far as it can without data, or without labels, where
  /// there are none; collective.
  ///
  /// - Returns: the pictures, on rank zero alone.
  package func pictures(
    of test: Dataset?, imageSize: ImageSize, seed: UInt64,
    among communicator: borrowing Communicator
  ) throws -> ModelPictures? {
    var codes: [Float] = []
    var labels: [UInt8] = []
    if let test, test.shape.hasLabels, (2...LatentMap.mostDimensions).contains(latent) {
      labels = (0..<test.count).map { test.labels[$0] }
      try encode(test, among: communicator) { _, part in
        part.withUnsafeBufferPointer { codes += $0 }
      }
    }
    let walk = try walk(codes, labels, seed: seed, among: communicator)
    let sheet = try picture(
      of: walk.count, latents: walk.latents, columns: walk.columns,
      rows: imageSize.rows, scale: walk.scale, among: communicator)
    guard let sheet else { return nil }
    return ModelPictures(
      model: layout.configuration, parameterCount: layout.parameterCount,
      map: labels.isEmpty ? nil : LatentMap(codes, labels: labels, latent: latent),
      walk: PNG.encode(sheet), walkCaption: walk.caption)
  }

  /// What to walk past: the plane of two latents; else typical codes of the labels, where codes are
  /// known; else draws from the prior.
  private func walk(
    _ codes: [Float], _ labels: [UInt8], seed: UInt64, among communicator: borrowing Communicator
  ) throws -> Walk {
    if latent == 2 { return .plane }
    // A row a pair of labels; some sets have dozens of them.
    let kinds = Array(Set(labels).sorted().prefix(10))
    guard kinds.count > 1 else { return .prior(seed: seed) }
    var ends = [Float](repeating: 0, count: kinds.count * latent)
    if communicator.rank == 0 {
      var means = ClassMeans()
      means.add(codes.span, labels: labels)
      var nearest = NearestCodes(means)
      nearest.add(codes.span, labels: labels)
      ends = kinds.flatMap { nearest.codes[$0]! }
    }
    var span = ends.mutableSpan
    try communicator.broadcast(&span, from: 0)
    return .labels(kinds, ends)
  }

  /// Decodes `count` latents and arranges the images on a sheet; collective.
  ///
  /// - Returns: the sheet, on rank zero alone.
  private func picture(
    of count: Int, latents fill: (Range<Int>, Matrix) -> Void, columns: Int, rows: Int,
    scale: Int, among communicator: borrowing Communicator
  ) throws -> GreyImage? {
    var shades: [UInt8] = []
    try decode(count, among: communicator, latents: fill) { _, images in
      shades += GreyImage.shades(of: images)
    }
    guard communicator.rank == 0 else { return nil }
    return sheet(columns: columns, imageHeight: rows, scale: scale).grid(shades.span)
  }
}

/// Latents to decode for a picture of a walk.
private struct Walk {
  let count: Int
  let columns: Int
  let scale: Int
  let latents: (Range<Int>, Matrix) -> Void
  let caption: String

  static var plane: Walk {
    Walk(
      count: 361, columns: 19, scale: 1, latents: InferenceSession.plane(columns: 19, rows: 19),
      caption: "The plane of the two latents, decoded: z₁ grows to the right and z₂ upwards, from "
        + "the 1/38 quantile of the prior to that of 37/38 in equal steps of probability.")
  }

  static func labels(_ kinds: [UInt8], _ ends: [Float]) -> Walk {
    Walk(
      count: (kinds.count - 1) * 10, columns: 10, scale: 2,
      latents: InferenceSession.walk(past: ends, steps: 10),
      caption: "From label to label: each row leads from a typical test image of one label, on the "
        + "left, to one of the next, on the right, along the great circle between their codes.")
  }

  static func prior(seed: UInt64) -> Walk {
    Walk(
      count: 80, columns: 10, scale: 2, latents: InferenceSession.walk(seed: seed, steps: 10),
      caption: "Each row leads from one draw of the prior to another, along the great circle "
        + "between them.")
  }
}
