internal import Images
internal import Inference
internal import MPI
internal import Platform
internal import Ranks

/// The importance-weighted bound that `lockstep evaluate` tells, with a progress bar and a file of all
/// images' bounds.
struct LikelihoodBound {
  /// The samples of z for each image.
  let samples: Int
  let seed: UInt64
  /// The .npy file of each image's bound and error; nil where none is wanted.
  let perImage: String?
  /// The bar, which rank zero may have.
  let bar: ProgressBar?
  /// Whether this rank is asked to stop; called on any thread.
  let isStopped: () -> Bool

  /// Computes the bound of the images `test`; collective.
  ///
  /// - Throws: on all ranks, where the file cannot be written, or the bound is not finite.
  func compute(
    _ inference: borrowing InferenceSession, _ test: Dataset, among world: borrowing Communicator
  ) throws -> LikelihoodEstimate {
    var estimate: LikelihoodEstimate?
    if let perImage {
      try ArrayFile.write(columns: 2, to: perImage, among: world) {
        var rows: [Float] = []
        estimate = try self.estimate(inference, test, among: world) { part in
          part.withUnsafeBufferPointer { rows += $0 }
        }
        return rows
      }
    } else {
      estimate = try self.estimate(inference, test, among: world) { _ in }
    }
    guard let estimate else { fatalError("a bound was computed or refused") }
    guard estimate.mean?.isFinite ?? true else {
      throw SharedFailure(
        Failure(
          .disagreement,
          "the bound on log p(x) of this model is not finite; use another checkpoint"))
    }
    return estimate
  }

  private func estimate(
    _ inference: borrowing InferenceSession, _ test: Dataset, among world: borrowing Communicator,
    receive: (Span<Float>) -> Void
  ) throws -> LikelihoodEstimate {
    var done = 0
    bar?.update(done, of: test.count)
    defer { bar?.clear() }
    return try inference.importanceWeightedBound(
      test, samples: samples, seed: seed, among: world, isStopped: isStopped
    ) { part in
      receive(part)
      done += part.count / 2
      bar?.update(done, of: test.count)
    }
  }
}
