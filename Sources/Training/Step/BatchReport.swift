internal import Kernels

/// What any rank may ask of all ranks; after a step all of them know of it, so that they do it after
/// the same one.
public struct StepRequests: Equatable, Sendable {
  /// To end training.
  public var stop: Bool

  /// To write a checkpoint.
  public var save: Bool

  /// Some requests, or none.
  public init(stop: Bool = false, save: Bool = false) {
    self.stop = stop
    self.save = save
  }
}

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

/// The reports in a team's memory: what its ranks found, and what came out for the whole batch.
struct TeamReport {
  /// What ranks found, by position in the batch.
  let found: BatchReport

  /// The whole batch's, which the leader leaves for all.
  let result: BatchReport

  /// The requests of all ranks of the job, by their places; those that are not known here are none.
  private let requests: [Vector]

  /// How far a batch reaches, and which of its positions the team has.
  struct Extent {
    let count: Int
    let positions: Range<Int>
  }

  /// The floats that a batch of `batchSize` and a job of `ranks` need.
  static func count(batchSize: Int, ranks: Int) -> Int {
    2 * BatchReport.count(batchSize: batchSize) + ranks * RequestFlags.count
  }

  init(_ memory: Vector, batchSize: Int) {
    let count = BatchReport.count(batchSize: batchSize)
    found = BatchReport(memory[0..<count], batchSize: batchSize)
    result = BatchReport(memory[count..<2 * count], batchSize: batchSize)
    requests = stride(from: 2 * count, to: memory.count, by: RequestFlags.count)
      .map { memory[$0..<$0 + RequestFlags.count] }
  }

  /// Says what the rank at `place` asks for.
  func request(_ mine: StepRequests, place: Int) { RequestFlags.write(mine, to: requests[place]) }

  /// Where the losses at `positions` of a batch, and what the ranks at `places` ask for, lie in the
  /// report's memory.
  static func gatheredRanges(
    _ positions: Range<Int>, places: Range<Int>, batchSize: Int
  ) -> [Range<Int>] {
    let flags = 2 * BatchReport.count(batchSize: batchSize)
    return [
      2 * positions.lowerBound..<2 * positions.upperBound,
      flags + places.lowerBound * RequestFlags.count..<flags
        + places.upperBound * RequestFlags.count,
    ]
  }

  /// Sums up what is known in the team, with zeros for positions that are not.
  func summarise(into report: BatchReport, _ batch: Extent) {
    report.copy(from: found, positions: batch.positions)
    var all = StepRequests()
    for flags in requests {
      let one = RequestFlags.read(flags)
      all = StepRequests(stop: all.stop || one.stop, save: all.save || one.save)
    }
    report.requests = all
  }
}

/// Requests as numbers that can be added up: greater than zero where something is asked for.
private enum RequestFlags {
  static let count = 2

  static func write(_ requests: StepRequests, to flags: Vector) {
    flags[0] = requests.stop ? 1 : 0
    flags[1] = requests.save ? 1 : 0
  }

  static func read(_ flags: Vector) -> StepRequests {
    StepRequests(stop: flags[0] > 0, save: flags[1] > 0)
  }
}
