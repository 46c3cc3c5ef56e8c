package import Checkpoints
internal import Formats
package import Images
internal import Inference
internal import Kernels
package import MPI
internal import VAE

/// The facts and pictures of a report that are made from the model. Used on rank zero alone.
package struct ModelPictures {
  /// The model's sizes.
  let model: ModelConfiguration
  /// The number of the model's parameters.
  let parameterCount: Int
  /// The map of the codes; nil where there are no labelled images, or the model has too few or too many
  /// latents for a map.
  let map: LatentMap?
  /// The picture of a walk through the latent space, as a PNG file.
  let walk: [UInt8]
  /// The caption of the walk.
  let walkCaption: String
}

extension InferenceSession {
  /// Draws the pictures of a report; collective. A map of the codes is drawn if `test` has labels and
  /// the model has 2 to ``LatentMap/mostDimensions`` latents. Otherwise there is no map, and the walk
  /// leads past draws from the prior rather than from label to label.
  ///
  /// - Returns: the pictures on rank zero, nil on the other ranks.
  package mutating func pictures(
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
    let (former, count) = (label, layout.configuration.labels)
    defer { label = former }
    let columns = walk.columns
    if count > 0 { label = { $0 / columns % count } }
    let sheet = sheet(
      columns: walk.columns, imageHeight: imageSize.rows, scale: walk.scale)
    let picture = try draw(walk.count, latents: walk.latents, on: sheet, among: communicator)
    guard let picture else { return nil }
    return ModelPictures(
      model: layout.configuration, parameterCount: layout.parameterCount,
      map: labels.isEmpty
        ? nil
        : LatentMap(
          codes, labels: labels, latent: latent, meansOf: layout.configuration.posteriorName),
      walk: PNG.encode(picture), walkCaption: walk.caption)
  }

  /// The walk to draw: the plane of a model with two latents; else past typical codes of the labels,
  /// where `labels` has two or more; else past draws from the prior. Collective; only rank zero needs
  /// the `codes`.
  private func walk(
    _ codes: [Float], _ labels: [UInt8], seed: UInt64, among communicator: borrowing Communicator
  ) throws -> Walk {
    // The codes of a conditional model do not tell the label, which each row has one of.
    if layout.configuration.labels > 0 { return .prior(seed: seed) }
    if latent == 2 { return .plane }
    // Each row shows a pair of labels. Some data sets have dozens of labels, and ten are enough.
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
}

/// A walk through the latent space to draw.
private struct Walk {
  /// The number of images.
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
