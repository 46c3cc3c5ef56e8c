internal import Kernels

/// What a step tells beside its gradient: each position's losses, and whether someone asks to stop.
///
/// It lies behind the gradient and travels with it. A rank fills in what it knows and leaves zeros,
/// so the exchange's sum over ranks is exact and every rank then adds up the same numbers in the
/// same order: the loss does not depend on who computed it.
struct BatchReport {
  /// The losses (batch, 2) by position in the batch: reconstruction and divergence, in nats.
  let losses: Matrix

  private let stop: Vector
  private let whole: Vector

  /// The floats that a batch of `batchSize` needs.
  static func count(batchSize: Int) -> Int { 2 * batchSize + 1 }

  init(_ memory: Vector, batchSize: Int) {
    whole = memory
    losses = memory.matrix(rows: batchSize, columns: 2)
    stop = memory[2 * batchSize..<2 * batchSize + 1]
  }

  /// Starts a new step; every rank says whether it was asked to stop.
  func begin(stopRequested: Bool) {
    whole.fill(0)
    stop[0] = stopRequested ? 1 : 0
  }

  /// After the exchange: whether any rank was asked to stop.
  var stopRequested: Bool { stop[0] > 0 }

  /// After the exchange: the losses of the first `count` positions, summed in their order.
  func sum(_ count: Int) -> LossSum {
    var sum = LossSum()
    for position in 0..<count {
      sum.add(
        reconstruction: Double(losses[position, 0]), divergence: Double(losses[position, 1]))
    }
    return sum
  }
}

extension BatchReport {
  /// As ``sum(_:)``, for step number `step`.
  ///
  /// - Throws: where a loss or a delta was not finite. All ranks see the same sums, so all throw.
  func finiteSum(_ count: Int, step: Int) throws -> LossSum {
    let losses = sum(count)
    guard losses.reconstruction.isFinite, losses.divergence.isFinite else {
      throw SharedFailure(
        Failure(
          .disagreement,
          "step \(step): the loss or its gradient is not finite; the parameters are left as they "
            + "were before it. Resume from the last checkpoint with a smaller --learning-rate."))
    }
    return losses
  }
}
