internal import Kernels
package import Platform
internal import Ranks

/// What any rank may ask of all ranks: after the step in which one asks, all know of the request.
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

  /// The floats that store one rank's requests.
  fileprivate static let count = 2

  /// Requests that were stored in `flags`, each of which is 0 or 1.
  fileprivate init(_ flags: Vector) { self.init(stop: flags[0] > 0, save: flags[1] > 0) }

  fileprivate func store(in flags: Vector) {
    flags[0] = stop ? 1 : 0
    flags[1] = save ? 1 : 0
  }
}

/// The losses of a batch, and what ranks ask for, in memory that the ranks of a team share.
///
/// Every rank adds up the same numbers in the same order: so a loss does not depend on which rank computed
/// it.
struct BatchReport {
  /// The losses (batch, 3) by position in the batch: reconstruction, divergence, and what the objective is
  /// more than both, in nats.
  let losses: Matrix

  /// The columns of ``losses``.
  static let parts = 3

  private let flags: Vector
  private let limit: LossLimit

  /// The floats that the report of a batch of `batchSize` takes.
  static func count(batchSize: Int) -> Int {
    parts * batchSize + StepRequests.count
  }

  init(_ memory: Vector, batchSize: Int, limit: LossLimit) {
    self.limit = limit
    let count = Self.parts * batchSize
    losses = memory[0..<count].matrix(rows: batchSize, columns: Self.parts)
    flags = memory[count..<count + StepRequests.count]
  }

  /// All that the ranks ask for; used in the report of the whole batch alone.
  var requests: StepRequests {
    get { StepRequests(flags) }
    nonmutating set { newValue.store(in: flags) }
  }

  /// The losses at `positions`, summed in their order.
  func sum(_ positions: Range<Int>) -> LossSum {
    var sum = LossSum()
    for position in positions {
      sum.add(
        reconstruction: Double(losses[position, 0]), divergence: Double(losses[position, 1]),
        surplus: Double(losses[position, 2]))
    }
    return sum
  }

  /// Whether the losses at `positions` are finite, and none is beyond the limit. Where a delta is not finite,
  /// the model makes the loss of its position NaN.
  func isSound(_ positions: Range<Int>) -> Bool {
    sum(positions).isFinite && outlier(positions) == nil
  }

  /// The first loss at `positions` that is beyond the limit, in nats; nil where there is none.
  private func outlier(_ positions: Range<Int>) -> Double? {
    guard let limit = limit.nats else { return nil }
    return positions.lazy.map { sum($0..<$0 + 1).total }.first { $0 > limit }
  }

  /// What is wrong with the losses of the first `count` positions, those of step number `step`; nil where
  /// nothing is. All ranks see the same losses.
  func problem(_ count: Int, step: Int) -> StepProblem? {
    guard sum(0..<count).isFinite else {
      return StepProblem(
        reason: "step \(step): the loss or its gradient is not finite",
        advice:
          "begin anew with a smaller \(setting: .learningRate), in another \(setting: .run), or with "
          + "\(setting: .initialParameters) from a checkpoint's model.safetensors")
    }
    guard let loss = outlier(0..<count), let limit = limit.nats else { return nil }
    return StepProblem(
      reason:
        "step \(step): the loss of an image is \(loss.twoDecimals) nats, where \(setting: .lossLimit) allows "
        + "\(limit.twoDecimals)",
      advice: "with \(setting: .onNonfinite, "skip") the same command passes such batches over")
  }
}

/// Why a step was not taken.
package struct StepProblem: Error {
  /// The step, and what is wrong with it.
  package let reason: Sentence
  /// What to do about it.
  let advice: Sentence

  /// The failure that ends training with it.
  package var failure: Failure {
    Failure(.disagreement, reason + "; the parameters are left as they were before it; " + advice)
  }
}

/// What the loss of an image may be, the same on all ranks.
final class LossLimit {
  /// In nats; nil for no limit.
  var nats: Double?
}

/// The reports in a team's memory: of its own ranks, and of the whole batch.
struct TeamReport {
  /// The losses that ranks computed, by position in the batch: those of this team's ranks and, once teams
  /// have exchanged theirs, those of all ranks.
  let found: BatchReport

  /// The report of the whole batch: a copy of ``found`` with all requests, which the team's leader makes.
  /// Ranks read the copy while other ranks may already write to ``found`` in the next step.
  let result: BatchReport

  /// What each rank of the job asks for, by its place.
  private let requests: [Vector]

  /// The verdicts, one flag for the rank at each place: not zero if a loss of that rank's team is not
  /// sound: see ``BatchReport/isSound(_:)``.
  private let verdicts: Vector

  private let batchSize: Int

  /// What the loss of an image may be in the step under way.
  let limit: LossLimit

  /// The floats that a batch of `batchSize` and a job of `ranks` need.
  static func count(batchSize: Int, ranks: Int) -> Int {
    2 * BatchReport.count(batchSize: batchSize) + ranks * (StepRequests.count + 1)
  }

  init(_ memory: Vector, batchSize: Int) {
    self.batchSize = batchSize
    let count = BatchReport.count(batchSize: batchSize)
    let limit = LossLimit()
    found = BatchReport(memory[0..<count], batchSize: batchSize, limit: limit)
    result = BatchReport(memory[count..<2 * count], batchSize: batchSize, limit: limit)
    self.limit = limit
    let ranks = (memory.count - 2 * count) / (StepRequests.count + 1)
    requests = (0..<ranks).map { place in
      let start = 2 * count + place * StepRequests.count
      return memory[start..<start + StepRequests.count]
    }
    verdicts = memory[memory.count - ranks..<memory.count]
  }

  /// Notes what the rank at `place` asks for.
  func request(_ mine: StepRequests, place: Int) { mine.store(in: requests[place]) }

  /// Notes the verdict of the rank at `place`: whether all losses of its team are sound. Only an all-reduce
  /// needs verdicts: there a team sees its own losses alone before the step is taken.
  func setVerdict(_ isSound: Bool, place: Int) { verdicts[place] = isSound ? 0 : 1 }

  /// Whether the verdict of every rank at `places` is that its team's losses are sound.
  func areSound(verdictsOf places: [Int]) -> Bool { places.allSatisfy { verdicts[$0] == 0 } }

  /// Where the losses at `positions` of a batch, the requests of the ranks at `places` and, if `place` is not
  /// nil, the verdict of the rank there lie in the report's memory.
  func gatheredRanges(
    _ positions: Range<Int>, places: Range<Int>, verdictOf place: Int?
  ) -> [Range<Int>] {
    let flags = 2 * BatchReport.count(batchSize: batchSize)
    let verdicts = flags + requests.count * StepRequests.count
    return [
      BatchReport.parts * positions.lowerBound..<BatchReport.parts * positions.upperBound,
      flags + places.lowerBound * StepRequests.count..<flags
        + places.upperBound * StepRequests.count,
    ] + (place.map { [verdicts + $0..<verdicts + $0 + 1] } ?? [])
  }

  /// Takes the batch for one whose gradient is not finite. To be called on all ranks, before
  /// ``summarise(_:)``.
  func refuse() { found.losses[0, 0] = .nan }

  /// Writes ``result`` for a batch of `count` samples: the losses in ``found``, and all requests. Called by
  /// the team's leader alone.
  func summarise(_ count: Int) {
    result.losses.rows(0..<count).copy(from: found.losses.rows(0..<count))
    var all = StepRequests()
    for flags in requests {
      let one = StepRequests(flags)
      all = StepRequests(stop: all.stop || one.stop, save: all.save || one.save)
    }
    result.requests = all
  }
}
