internal import Checkpoints
package import Engine
package import Images
package import Kernels
package import MPI
internal import Platform
package import VAE

/// A trained model in use: it evaluates, encodes, reconstructs and decodes images.
///
/// Every function that takes a communicator is collective: all ranks share the work. Codes and images
/// are handed to rank zero, in order. Results do not depend on the number of ranks and threads.
///
///     let session = try InferenceSession(
///       model.layout, model.parameters, shown: model.shown, threads: 2)
///     let loss = try session.evaluate(images, seed: 1, among: world).mean
package struct InferenceSession: ~Copyable {
  let passes: ForwardPasses

  /// Where the model's parameters lie.
  package let layout: ParameterLayout

  /// The label with which a conditional model decodes the latent at a position, for new images. By default
  /// the positions go through all labels, again and again.
  package var label: @Sendable (Int) -> Int

  /// How images are shown to the model.
  package let shown: PixelProtocol

  /// The pixels of an image.
  var pixels: Int { layout.configuration.pixels }

  /// The dimensions of a code.
  package var latent: Int { layout.configuration.latent }

  /// Uses the model with `parameters`, which the caller keeps alive, on `threads` threads of this rank;
  /// images are `shown` to it as this protocol does in evaluation.
  ///
  /// `isStopped` tells whether this rank is asked to stop; any thread calls it. One rank that is asked is
  /// enough: all ranks then soon throw a failure with the code `stopped`.
  ///
  /// - Throws: `Failure` where the system grants fewer threads.
  package init(
    _ layout: ParameterLayout, _ parameters: Vector, shown: PixelProtocol, threads: Int = 1,
    isStopped: @escaping @Sendable () -> Bool = { false }
  ) throws {
    self.shown = shown
    passes = try ForwardPasses(layout, parameters, threads: threads, isStopped: isStopped)
    self.layout = layout
    let labels = max(layout.configuration.labels, 1)
    label = { $0 % labels }
  }

  /// The losses of all images, with one draw of z for each, or with the code in a plain autoencoder; the
  /// noise of a draw depends on `seed` and the image's position alone.
  ///
  /// - Returns: the sums in nats, on all ranks; they may not be finite.
  package func evaluate(
    _ dataset: Dataset, seed: UInt64, among communicator: borrowing Communicator
  ) throws -> LossSum {
    var noHistograms: LatentHistograms?
    return try evaluate(dataset, seed: seed, latents: &noHistograms, among: communicator)
  }

  /// As ``evaluate(_:seed:among:)``, for the first `count` images, or for all where `count` is nil. The
  /// images' latents are counted in rank zero's `latents`.
  ///
  /// `latents` must be nil on all ranks or on none; `count` must not exceed the number of images.
  ///
  /// - Returns: the sums in nats, on all ranks; they may not be finite.
  package func evaluate(
    _ dataset: Dataset, count: Int? = nil, seed: UInt64, latents: inout LatentHistograms?,
    among communicator: borrowing Communicator
  ) throws -> LossSum {
    let count = count ?? dataset.count
    let dimensions = latents?.dimensions ?? 0
    let width = 2 + 2 * dimensions  // Two losses, then means and a draw of z.
    let noise = RandomStream(seed: seed, purpose: .evaluation)
    let draws = layout.configuration.kind.draws
    let images = ImagesInOrder(dataset, shown)
    var sum = LossSum()
    try passes.collect(count, width: width, among: communicator) { workspace, positions, results in
      let (model, activations) = (workspace.model, workspace.activations)
      let rows = 0..<positions.count
      workspace.encode(images, at: positions)
      if draws { noise.fillNormal(activations.noise.rows(rows), positions: positions) }
      model.sample(activations, rows: rows)
      model.decode(activations, rows: rows, with: workspace.parameters)
      model.evaluate(activations, rows: rows, losses: results.columns(0..<2).rows(rows))
      guard dimensions > 0 else { return }
      let parts = [activations.moments, activations.latents].map { $0.columns(0..<dimensions) }
      results.columns(2..<2 + dimensions).copy(from: parts[0])
      results.columns(2 + dimensions..<width).copy(from: parts[1])
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

  /// Hands the codes of all images, which are the means of q(z|x) where the model draws, to `receive` on rank
  /// zero: (positions, latent) floats at a time.
  ///
  /// - Throws: on all ranks, `Failure` with `disagreement` where a code is not finite, or what `receive`
  ///   throws.
  package func encode(
    _ dataset: Dataset, among communicator: borrowing Communicator,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    let images = ImagesInOrder(dataset, shown)
    let latent = latent
    try passes.collect(dataset.count, width: latent, among: communicator) {
      workspace, positions, means in
      workspace.encode(images, at: positions)
      means.copy(from: workspace.activations.moments.columns(0..<latent))
    } receive: {
      try Self.requireFinite($1)
      try receive($0, $1)
    }
  }

  /// Makes sure that the model's outputs are finite: a file may have parameters that are not finite, or
  /// parameters so large that their products are not.
  ///
  /// - Throws: `Failure` with `disagreement`.
  static func requireFinite(_ results: Span<Float>) throws {
    guard results.isFinite else {
      throw Failure(
        .disagreement,
        "what this model computes is not finite, as with weights that are too large; use another "
          + "checkpoint")
    }
  }

  /// Hands the reconstructions of the first `count` images, decoded from the images' codes, to `receive`
  /// on rank zero: (positions, pixels) floats in 0…1 at a time.
  ///
  /// - Throws: on all ranks, `Failure` with `disagreement` where a pixel is not finite, or what `receive`
  ///   throws.
  package func reconstruct(
    _ dataset: Dataset, count: Int, among communicator: borrowing Communicator,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    let originals = ImagesInOrder(dataset, shown)
    let latent = latent
    try passes.collect(count, width: dataset.pixelCount, among: communicator) {
      workspace, positions, images in
      workspace.encode(originals, at: positions)
      let activations = workspace.activations
      activations.latents.copy(from: activations.moments.columns(0..<latent))
      workspace.decode(positions.count, into: images)
    } receive: {
      try Self.requireFinite($1)
      try receive($0, $1)
    }
  }

  /// Hands `count` images, decoded from the latents that `fill` writes for given positions and, in a
  /// conditional model, with ``label``, to `receive` on rank zero: (positions, pixels) floats in 0…1 at a
  /// time. `fill` is called on any rank and thread.
  ///
  /// - Throws: on all ranks, `Failure` with `disagreement` where a pixel is not finite, or what `receive`
  ///   throws.
  package func decode(
    _ count: Int, among communicator: borrowing Communicator,
    latents fill: (Range<Int>, Matrix) -> Void,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    let label = label
    try passes.collect(count, width: pixels, among: communicator) { workspace, positions, images in
      let (activations, rows) = (workspace.activations, 0..<positions.count)
      fill(positions, activations.latents.rows(rows))
      activations.fillLabels(rows) { label(positions.lowerBound + $0) }
      workspace.decode(positions.count, into: images)
    } receive: {
      try Self.requireFinite($1)
      try receive($0, $1)
    }
  }
}

extension MemoryReserve {
  /// The memory that a run takes beside training: for evaluating a model of `layout` on `threads` threads
  /// of each rank after every epoch, and for saving checkpoints.
  package init(runOf layout: ParameterLayout, threads: Int) {
    self.init(
      perRank: ForwardPasses.floatCount(layout, threads: threads),
      onRoot: Checkpoint.saveCount(layout))
  }
}
