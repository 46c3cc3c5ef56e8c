package import Images
internal import Kernels
package import MPI
internal import Platform
internal import Ranks
internal import VAE

extension InferenceSession {
  /// The importance-weighted bounds on log p(x) of all images, in nats, with `samples` draws of z for each
  /// image; collective.
  ///
  /// A bound is log (1/K Σ p(x|z) p(z) / q(z|x)) with K = `samples`: Burda, Grosse, Salakhutdinov,
  /// "Importance Weighted Autoencoders", 2015, equation 8. Grey pixels count as probabilities of white ones,
  /// so that their bounds are no bounds on the likelihood of data. The draws of an image depend on `seed`,
  /// its position and the sample's number alone.
  ///
  /// - Parameters:
  ///   - dataset: the images.
  ///   - samples: the draws of z for each image.
  ///   - seed: the seed of the draws.
  ///   - communicator: the ranks that compute.
  ///   - isStopped: whether this rank is asked to stop: every rank has a function of its own, which any
  ///     thread calls every few milliseconds. One rank that is asked is enough.
  ///   - receive: takes each image's bound and its ``LogMean/samplingError``, in order, as
  ///     (n, 2) floats at a time, on rank zero.
  /// - Returns: the mean of all images or, where some rank was asked to stop, of the first ones; on all
  ///   ranks.
  /// - Throws: `MPIError`, or on all ranks, where rank zero's node has no room for results.
  package func importanceWeightedBound(
    _ dataset: Dataset, samples: Int, seed: UInt64, among communicator: borrowing Communicator,
    isStopped: () -> Bool = { false }, receive: (Span<Float>) -> Void = { _ in }
  ) throws -> LikelihoodEstimate {
    precondition(layout.configuration.kind.draws, "a plain autoencoder has no likelihood")
    let images = ImagesInOrder(dataset, shown)
    let groups = SampleGroups(samples)
    var estimate = LikelihoodEstimate()
    do {
      try passes.collect(
        dataset.count, width: Bounds.width, chunkSize: groups.images, among: communicator
      ) { workspace, positions, results in
        var weights = [LogMean](repeating: LogMean(), count: positions.count)
        workspace.encode(images, at: positions)
        workspace.repeatRows(of: images, at: positions, times: groups.width)
        for group in groups.groups {
          guard !isStopped() else { return Bounds.markUndone(results, count: positions.count) }
          workspace.addWeights(of: positions, group, by: groups.width, seed: seed, to: &weights)
        }
        Bounds.write(weights, to: results)
      } receive: { _, results in
        let known = Bounds.known(results)
        for row in 0..<known.count / 2 {
          estimate.add(known[2 * row], error: known[2 * row + 1])
        }
        receive(known.span)
        if known.count < 2 * results.count / Bounds.width || isStopped() { throw Failure.stopped }
      }
    } catch let failure as SharedFailure where failure.code == .stopped {
      // The images so far are known.
    }
    var numbers = estimate.numbers
    var span = numbers.mutableSpan
    try communicator.broadcast(&span, from: 0)
    return LikelihoodEstimate(numbers)
  }
}

/// The floats that ranks send about an image: whether its bound is known, the bound, and its error.
private enum Bounds {
  static let width = 3

  /// Writes the bound of each image.
  static func write(_ weights: [LogMean], to results: Matrix) {
    for (row, weights) in weights.enumerated() {
      results[row, 0] = 1
      results[row, 1] = Float(weights.value)
      results[row, 2] = Float(weights.samplingError)
    }
  }

  /// Marks `count` images as images whose bounds are not known.
  static func markUndone(_ results: Matrix, count: Int) {
    results.rows(0..<count).fill(0)
  }

  /// The bounds and errors (n, 2) of the images before the first whose bound is not known.
  static func known(_ results: Span<Float>) -> [Float] {
    var known: [Float] = []
    for start in stride(from: 0, to: results.count, by: width) where results[start] == 1 {
      guard known.count == 2 * start / width else { break }
      known += [results[start + 1], results[start + 2]]
    }
    return known
  }
}

extension Workspace {
  /// Copies what the first rows, those of the images at `positions`, have of an image into `count` rows that
  /// follow one another: those of row i come to be the rows from i · `count` on.
  fileprivate func repeatRows(
    of images: ImagesInOrder, at positions: Range<Int>, times count: Int
  ) {
    guard count > 1 else { return }
    for matrix in [activations.pixels, activations.moments] {
      // From the last on, so that no row is overwritten before it is copied.
      for row in (0..<positions.count).reversed() {
        for target in (row * count..<(row + 1) * count).reversed() where target != row {
          matrix.rows(target..<target + 1).copy(from: matrix.rows(row..<row + 1))
        }
      }
    }
    activations.fillLabels(0..<positions.count * count) {
      images.dataset.label(ofImage: positions.lowerBound + $0 / count)
    }
  }

  /// Draws the samples of z with the numbers `samples` for each of the images at `positions`, which has
  /// `width` rows, and adds p(x|z) p(z) / q(z|x) of each to the image's element of `weights`.
  fileprivate func addWeights(
    of positions: Range<Int>, _ samples: Range<Int>, by width: Int, seed: UInt64,
    to weights: inout [LogMean]
  ) {
    let rows = 0..<positions.count * width
    for sample in samples {
      let noise = RandomStream(seed: seed, purpose: .evaluation, epoch: sample)
      for (image, position) in positions.enumerated() {
        let row = image * width + sample - samples.lowerBound
        noise.fillNormal(
          activations.noise.rows(row..<row + 1), positions: position..<position + 1)
      }
    }
    model.sample(activations, rows: rows)
    model.decode(activations, rows: rows, with: parameters)
    model.evaluate(activations, rows: rows, losses: losses.rows(rows))
    for image in 0..<positions.count {
      for row in image * width..<image * width + samples.count {
        weights[image].add(logWeight(ofRow: row))
      }
    }
  }

  /// log p(x|z) + log p(z) − log q(z|x) of the sample in `row`. The constants of the two normal densities
  /// cancel.
  private func logWeight(ofRow row: Int) -> Double {
    let latent = activations.noise.columns
    var ratio = 0.0
    for k in 0..<latent {
      let (z, epsilon) = (Double(activations.latents[row, k]), Double(activations.noise[row, k]))
      ratio += Double(activations.moments[row, latent + k]) + epsilon * epsilon - z * z
    }
    return 0.5 * ratio - Double(losses[row, 0])
  }
}
