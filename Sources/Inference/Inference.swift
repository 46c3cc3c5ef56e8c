package import Engine
package import Images
package import Kernels
package import MPI
internal import Platform
package import VAE

/// What a trained model can do for its users. Every function is collective; results are handed to
/// rank zero, in order, and do not depend on the number of ranks.
package struct InferenceSession: ~Copyable {
  let work: PanelWork
  package let layout: ParameterLayout

  /// The pixels of an image.
  var pixels: Int { layout.configuration.pixels }

  /// The dimensions of a code.
  package var latent: Int { layout.configuration.latent }

  /// Uses `parameters`, which the caller keeps alive, on `threads` of every rank.
  ///
  /// - Throws: where the system grants no such number of threads.
  package init(_ layout: ParameterLayout, _ parameters: Vector, threads: Int = 1) throws {
    work = try PanelWork(layout, parameters, threads: threads)
    self.layout = layout
  }

  /// The losses of all images with one sample of z each, whose noise depends on `seed` and image.
  ///
  /// - Returns: the sums, on all ranks.
  package func evaluate(
    _ dataset: Dataset, seed: UInt64, among communicator: borrowing Communicator
  ) throws -> LossSum {
    var nothing: LatentHistograms?
    return try evaluate(dataset, seed: seed, latents: &nothing, among: communicator)
  }

  /// As ``evaluate(_:seed:among:)``, of the first `count` images where not of all; where there are
  /// `latents`, as on all ranks or none, rank zero's count those of these images.
  package func evaluate(
    _ dataset: Dataset, count: Int? = nil, seed: UInt64, latents: inout LatentHistograms?,
    among communicator: borrowing Communicator
  ) throws -> LossSum {
    let count = count ?? dataset.count
    let dimensions = latents?.dimensions ?? 0
    let width = 2 + 2 * dimensions
    let noise = RandomStream(seed: seed, purpose: .evaluation)
    let order = EpochOrder(unshuffled: dataset.count)
    let isMostlyBlack = dataset.isMostlyBlack
    var sum = LossSum()
    try work.collect(count, width: width, among: communicator) { bench, positions, rows in
      let (model, activations) = (bench.model, bench.activations)
      let computed = 0..<positions.count
      bench.encode(dataset, isMostlyBlack: isMostlyBlack, order, positions)
      noise.fillNormal(activations.noise.rows(computed), positions: positions)
      model.sample(activations, rows: computed)
      model.decode(activations, rows: computed, with: bench.parameters)
      model.evaluate(activations, rows: computed, losses: rows.columns(0..<2).rows(computed))
      guard dimensions > 0 else { return }
      let parts = [activations.moments, activations.latents].map { $0.columns(0..<dimensions) }
      rows.columns(2..<2 + dimensions).copy(from: parts[0])
      rows.columns(2 + dimensions..<width).copy(from: parts[1])
    } receive: { positions, rows in
      for start in stride(from: 0, to: positions.count * width, by: width) {
        sum.add(reconstruction: Double(rows[start]), divergence: Double(rows[start + 1]))
        latents?.add(rows.extracting(start + 2..<start + width))
      }
    }
    var totals = [sum.reconstruction, sum.divergence]
    var span = totals.mutableSpan
    try communicator.broadcast(&span, from: 0)
    (sum.reconstruction, sum.divergence, sum.count) = (totals[0], totals[1], count)
    return sum
  }

  /// The codes (n, latent) of all images: the means of q(z|x).
  package func encode(
    _ dataset: Dataset, among communicator: borrowing Communicator,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    let order = EpochOrder(unshuffled: dataset.count)
    let isMostlyBlack = dataset.isMostlyBlack
    let latent = layout.configuration.latent
    try work.collect(dataset.count, width: latent, among: communicator) {
      bench, positions, means in
      bench.encode(dataset, isMostlyBlack: isMostlyBlack, order, positions)
      means.copy(from: bench.activations.moments.columns(0..<latent))
    } receive: {
      try Self.requireFinite($1)
      try receive($0, $1)
    }
  }

  /// Makes sure that what the model makes of its inputs are numbers: parameters that can be read may
  /// be none, or too large.
  ///
  /// - Throws: `Failure` with `disagreement`.
  private static func requireFinite(_ results: Span<Float>) throws {
    guard results.isFinite else {
      throw Failure(
        .disagreement,
        "what this model computes is not finite, as of weights that are too large; use another "
          + "checkpoint")
    }
  }

  /// What the model makes of the first `count` images, (n, pixels) in 0…1: the decoded means.
  package func reconstruct(
    _ dataset: Dataset, count: Int, among communicator: borrowing Communicator,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    let order = EpochOrder(unshuffled: dataset.count)
    let isMostlyBlack = dataset.isMostlyBlack
    let latent = layout.configuration.latent
    try work.collect(count, width: dataset.pixelCount, among: communicator) {
      bench, positions, images in
      bench.encode(dataset, isMostlyBlack: isMostlyBlack, order, positions)
      bench.activations.latents.copy(from: bench.activations.moments.columns(0..<latent))
      bench.decode(positions.count, into: images)
    } receive: {
      try Self.requireFinite($1)
      try receive($0, $1)
    }
  }

  /// Images (n, pixels) in 0…1 decoded from the latents that `fill` writes for given positions.
  package func decode(
    _ count: Int, among communicator: borrowing Communicator,
    latents fill: (Range<Int>, Matrix) -> Void,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    let pixels = layout.configuration.pixels
    try work.collect(count, width: pixels, among: communicator) { bench, positions, images in
      fill(positions, bench.activations.latents.rows(0..<positions.count))
      bench.decode(positions.count, into: images)
    } receive: {
      try Self.requireFinite($1)
      try receive($0, $1)
    }
  }
}
