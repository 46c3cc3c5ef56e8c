internal import Kernels

/// What a step tells beside its gradient: each position's losses, and what ranks ask for.
///
/// A rank fills in what it knows and leaves zeros, so the sum over teams is exact, and every rank
/// adds up the same numbers in the same order: the loss does not depend on who computed it.
struct BatchReport {
  /// The losses (batch, 2) by position in the batch: reconstruction and divergence, in nats.
  let losses: Matrix

  /// How many teams ask to stop, and to save.
  private let flags: Vector

  /// All floats, for the exchange.
  private let whole: Vector

  /// The floats that a batch of `batchSize` needs.
  static func count(batchSize: Int) -> Int { 2 * batchSize + RequestFlags.count }

  init(_ memory: Vector, batchSize: Int) {
    whole = memory
    losses = memory.matrix(rows: batchSize, columns: 2)
    flags = memory[2 * batchSize..<2 * batchSize + RequestFlags.count]
  }

  /// What someone asks for.
  var requests: StepRequests {
    get { RequestFlags.read(flags) }
    nonmutating set { RequestFlags.write(newValue, to: flags) }
  }

  /// Takes over another report.
  func copy(from other: BatchReport) { whole.copy(from: other.whole) }

  /// Takes over the losses at `positions` of another report, and says nothing of the others.
  func copy(from other: BatchReport, positions: Range<Int>) {
    whole.fill(0)
    losses.rows(positions).copy(from: other.losses.rows(positions))
  }

  /// The losses of the first `count` positions, summed in their order.
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
  /// Whether the losses of the first `count` positions are finite; a delta that is not makes its
  /// position's loss not finite, too.
  func isFinite(_ count: Int) -> Bool {
    let losses = sum(count)
    return losses.reconstruction.isFinite && losses.divergence.isFinite
  }

  /// As ``sum(_:)``, for step number `step`.
  ///
  /// - Throws: where a loss or a delta was not finite. All ranks see the same sums, so all throw.
  func finiteSum(_ count: Int, step: Int) throws -> LossSum {
    guard isFinite(count) else {
      throw SharedFailure(
        Failure(
          .disagreement,
          "step \(step): the loss or its gradient is not finite; the parameters are left as they "
            + "were before it; resume from the last checkpoint with a smaller --learning-rate"))
    }
    return sum(count)
  }
}
