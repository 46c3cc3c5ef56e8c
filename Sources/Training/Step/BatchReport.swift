internal import Kernels

/// What a step tells beside its gradient: each position's losses, and whether someone asks to stop.
///
/// A rank fills in what it knows and leaves zeros, so the sum over teams is exact, and every rank
/// adds up the same numbers in the same order: the loss does not depend on who computed it.
struct BatchReport {
  /// The losses (batch, 2) by position in the batch: reconstruction and divergence, in nats.
  let losses: Matrix

  /// Greater than zero where someone asks to stop.
  private let stop: Vector

  /// All floats, for the exchange.
  private let whole: Vector

  /// The floats that a batch of `batchSize` needs.
  static func count(batchSize: Int) -> Int { 2 * batchSize + 1 }

  init(_ memory: Vector, batchSize: Int) {
    whole = memory
    losses = memory.matrix(rows: batchSize, columns: 2)
    stop = memory[2 * batchSize..<2 * batchSize + 1]
  }

  /// Whether someone asks to stop.
  var stopRequested: Bool {
    get { stop[0] > 0 }
    nonmutating set { stop[0] = newValue ? 1 : 0 }
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

/// The reports in a team's memory: what its ranks found, and what came out for the whole batch.
struct TeamReport {
  /// What the ranks found, by position in the batch.
  let found: BatchReport

  /// The whole batch's, which the leader leaves for all.
  let result: BatchReport

  /// One flag a rank: greater than zero where it was asked to stop.
  private let stops: Vector

  /// How far a batch reaches, and which of its positions are the team's.
  struct Extent {
    let count: Int
    let positions: Range<Int>
  }

  /// The floats that a batch of `batchSize` and a team of `ranks` need.
  static func count(batchSize: Int, ranks: Int) -> Int {
    2 * BatchReport.count(batchSize: batchSize) + ranks
  }

  init(_ memory: Vector, batchSize: Int) {
    let count = BatchReport.count(batchSize: batchSize)
    found = BatchReport(memory[0..<count], batchSize: batchSize)
    result = BatchReport(memory[count..<2 * count], batchSize: batchSize)
    stops = memory[2 * count..<memory.count]
  }

  /// Says whether the team's rank `rank` was asked to stop.
  func requestStop(_ isRequested: Bool, rank: Int) { stops[rank] = isRequested ? 1 : 0 }

  /// Sums up what the team found, with zeros for other teams' positions.
  func summarise(into report: BatchReport, _ batch: Extent) {
    report.copy(from: found, positions: batch.positions)
    report.stopRequested = (0..<stops.count).contains { stops[$0] > 0 }
  }
}
