internal import Images
internal import Kernels
package import MPI
internal import Platform
internal import VAE

extension InferenceSession {
  /// Whether the encoder gives each image a distribution q(z|x), with means and variances; false where it
  /// gives codes alone.
  package var hasVariances: Bool { layout.configuration.kind.draws }

  /// Hands to `receive` on rank zero, for each image, 3 · latent floats: its code, which is the mean of
  /// q(z|x); one draw of z from q(z|x); and the variances of q(z|x). Where the encoder gives codes alone,
  /// the draw is the code, and the variances are zero. Collective.
  ///
  /// The noise of a draw depends on `seed`, `epoch` and the image's position alone.
  ///
  /// - Throws: on all ranks, `Failure` with `disagreement` where a number, or the square of a vector's
  ///   length, is not finite.
  package func encodeWithDraws(
    _ selection: ImageSelection, seed: UInt64, epoch: Int,
    among communicator: borrowing Communicator,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    let (latent, hasVariances) = (latent, hasVariances)
    let images = selection.images(shown)
    let noise = RandomStream(seed: seed, purpose: .evaluation, epoch: epoch)
    try passes.collect(selection.count, width: 3 * latent, among: communicator) {
      workspace, positions, results in
      let (activations, rows) = (workspace.activations, 0..<positions.count)
      let (moments, results) = (activations.moments.rows(rows), results.rows(rows))
      workspace.encode(images, at: positions)
      results.columns(0..<latent).copy(from: moments.columns(0..<latent))
      if hasVariances {
        noise.fillNormal(activations.noise.rows(rows), positions: positions)
        workspace.model.sample(activations, rows: rows)
        results.columns(latent..<2 * latent).copy(from: activations.latents.rows(rows))
        GaussianSampler.variances(
          moments: moments, into: results.columns(2 * latent..<3 * latent))
      } else {
        results.columns(latent..<2 * latent).copy(from: moments.columns(0..<latent))
        results.columns(2 * latent..<3 * latent).fill(0)
      }
    } receive: { positions, rows in
      try Self.requireFinite(rows)
      for start in stride(from: 0, to: rows.count, by: latent) {
        let sum = (start..<start + latent).reduce(Float(0)) { $0 + rows[$1] * rows[$1] }
        if !sum.isFinite { try Self.requireFinite([sum].span) }
      }
      try receive(positions, rows)
    }
  }

  /// How well the model rebuilds images from their codes: the cross-entropy in nats, a mean per image, and
  /// the squared error, a mean per pixel. Collective.
  ///
  /// - Returns: the two means, on all ranks.
  /// - Throws: on all ranks, `Failure` with `disagreement` where one is not finite.
  package func reconstructionErrors(
    _ selection: ImageSelection, among communicator: borrowing Communicator
  ) throws -> (crossEntropy: Double, squaredError: Double) {
    let (latent, pixels, images) = (latent, pixels, selection.images(shown))
    var sums = [0.0, 0.0]
    try passes.collect(selection.count, width: 2, among: communicator) {
      workspace, positions, results in
      let (activations, rows) = (workspace.activations, 0..<positions.count)
      workspace.encode(images, at: positions)
      activations.latents.copy(from: activations.moments.columns(0..<latent))
      workspace.model.decode(activations, rows: rows, with: workspace.parameters)
      BernoulliLikelihood.forward(
        logits: activations.logits.rows(rows), pixels: activations.pixels.rows(rows),
        loss: results.rows(rows).columns(0..<1))
      BernoulliLikelihood.squaredErrors(
        logits: activations.logits.rows(rows), pixels: activations.pixels.rows(rows),
        errors: results.rows(rows).columns(1..<2))
    } receive: { positions, rows in
      try Self.requireFinite(rows)
      for row in 0..<positions.count {
        sums[0] += Double(rows[2 * row])
        sums[1] += Double(rows[2 * row + 1])
      }
    }
    var span = sums.mutableSpan
    try communicator.broadcast(&span, from: 0)
    let count = Double(selection.count)
    return (sums[0] / count, sums[1] / count / Double(pixels))
  }
}
