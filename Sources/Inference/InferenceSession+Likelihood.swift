internal import Glibc
package import Images
internal import Kernels
package import MPI
internal import VAE

extension InferenceSession {
  /// The mean importance-weighted bound on log p(x) of all images, in nats, with `samples` draws of z
  /// for each image; collective.
  ///
  /// The bound is log (1/K Σ p(x|z) p(z) / q(z|x)) with K = `samples`: Burda, Grosse, Salakhutdinov,
  /// "Importance Weighted Autoencoders", 2015, equation 8. Grey pixels count as probabilities.
  ///
  /// - Returns: the mean, on all ranks.
  package func importanceWeightedBound(
    _ dataset: Dataset, samples: Int, seed: UInt64, among communicator: borrowing Communicator
  ) throws -> Double {
    precondition(layout.configuration.kind.draws, "a plain autoencoder has no likelihood")
    let images = ImagesInOrder(dataset, shown)
    var sum = 0.0
    try passes.collect(dataset.count, width: 1, among: communicator) {
      workspace, positions, bounds in
      workspace.encode(images, at: positions)
      var weights = [LogMean](repeating: LogMean(), count: positions.count)
      for sample in 0..<samples {
        let noise = RandomStream(seed: seed, purpose: .evaluation, epoch: sample)
        addWeights(of: positions, noise: noise, in: workspace, to: &weights)
      }
      for row in 0..<positions.count { bounds[row, 0] = Float(weights[row].value) }
    } receive: { _, bounds in
      for row in bounds.indices { sum += Double(bounds[row]) }
    }
    return try communicator.broadcast(sum, from: 0) / Double(dataset.count)
  }

  /// Draws one z for each of the images at `positions`, which have been encoded in `workspace`, and adds
  /// log p(x|z) + log p(z) − log q(z|x) to the image's element of `weights`.
  private func addWeights(
    of positions: Range<Int>, noise: RandomStream, in workspace: Workspace,
    to weights: inout [LogMean]
  ) {
    let (model, activations) = (workspace.model, workspace.activations)
    let rows = 0..<positions.count
    noise.fillNormal(activations.noise.rows(rows), positions: positions)
    model.sample(activations, rows: rows)
    model.decode(activations, rows: rows, with: workspace.parameters)
    model.evaluate(activations, rows: rows, losses: workspace.losses.rows(rows))
    let latent = activations.noise.columns
    for row in 0..<positions.count {
      var ratio = 0.0
      for k in 0..<latent {
        let (z, epsilon) = (Double(activations.latents[row, k]), Double(activations.noise[row, k]))
        ratio += Double(activations.moments[row, latent + k]) + epsilon * epsilon - z * z
      }
      weights[row].add(0.5 * ratio - Double(workspace.losses[row, 0]))
    }
  }
}

/// The logarithm of the mean of exponentials. The exponents are added one at a time; no exponential
/// overflows.
struct LogMean {
  private var largest = -Double.infinity
  private var sum = 0.0
  private var count = 0

  /// Adds an exponent.
  mutating func add(_ exponent: Double) {
    if exponent > largest {
      sum = sum * exp(largest - exponent) + 1
      largest = exponent
    } else {
      sum += exp(exponent - largest)
    }
    count += 1
  }

  /// The logarithm of the mean.
  var value: Double { largest + log(sum / Double(count)) }
}
