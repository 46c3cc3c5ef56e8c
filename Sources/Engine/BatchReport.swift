internal import Kernels
internal import Platform
internal import Ranks

/// What a step tells beside its gradient: each position's losses, and what ranks ask for.
///
/// Every rank adds up the same numbers in the same order: the loss does not depend on who computed
/// it.
struct BatchReport {
  /// The losses (batch, 2) by position in the batch: reconstruction and divergence, in nats.
  let losses: Matrix

  /// Whether someone asks to stop, and to save.
  private let flags: Vector

  /// The floats that a batch of `batchSize` needs.
  static func count(batchSize: Int) -> Int { 2 * batchSize + RequestFlags.count }

  init(_ memory: Vector, batchSize: Int) {
    losses = memory.matrix(rows: batchSize, columns: 2)
    flags = memory[2 * batchSize..<2 * batchSize + RequestFlags.count]
  }

  /// What someone asks for.
  var requests: StepRequests {
    get { RequestFlags.read(flags) }
    nonmutating set { RequestFlags.write(newValue, to: flags) }
  }

  /// Takes over the losses of another report's first `count` positions.
  func copyLosses(of other: BatchReport, _ count: Int) {
    losses.rows(0..<count).copy(from: other.losses.rows(0..<count))
  }

  /// The losses at `positions`, summed in their order.
  func sum(_ positions: Range<Int>) -> LossSum {
    var sum = LossSum()
    for position in positions {
      sum.add(
        reconstruction: Double(losses[position, 0]), divergence: Double(losses[position, 1]))
    }
    return sum
  }
}

extension BatchReport {
  /// Whether the losses at `positions` are finite; a delta that is not makes its position's loss
  /// not finite, too.
  func isFinite(_ positions: Range<Int>) -> Bool {
    let losses = sum(positions)
    return losses.reconstruction.isFinite && losses.divergence.isFinite
  }

  /// The losses of the first `count` positions, for step number `step`.
  ///
  /// - Throws: where a loss or a delta was not finite. All ranks see the same sums, so all throw.
  func finiteSum(_ count: Int, step: Int) throws -> LossSum {
    guard isFinite(0..<count) else {
      throw SharedFailure(
        Failure(
          .disagreement,
          "step \(step): the loss or its gradient is not finite; the parameters are left as they "
            + "were before it; begin anew with a smaller \(setting: .learningRate), in another \(setting: .run), or with "
            + "\(setting: .initialParameters) from a checkpoint's model.safetensors"))
    }
    return sum(0..<count)
  }
}
