internal import Kernels

/// The reports in a team's memory: what its ranks found, and what came out for the whole batch.
struct TeamReport {
  /// What ranks found, by position in the batch; once gathered, of the whole batch.
  let found: BatchReport

  /// The whole batch's, which the leader leaves for all.
  let result: BatchReport

  /// The requests of all ranks of the job, by their places.
  private let requests: [Vector]

  /// One flag a place: not zero if the rank there saw a loss that is NaN or infinite.
  private let verdicts: Vector

  private let batchSize: Int

  /// The floats that a batch of `batchSize` and a job of `ranks` need.
  static func count(batchSize: Int, ranks: Int) -> Int {
    2 * BatchReport.count(batchSize: batchSize) + ranks * (RequestFlags.count + 1)
  }

  init(_ memory: Vector, batchSize: Int) {
    self.batchSize = batchSize
    let count = BatchReport.count(batchSize: batchSize)
    found = BatchReport(memory[0..<count], batchSize: batchSize)
    result = BatchReport(memory[count..<2 * count], batchSize: batchSize)
    let ranks = (memory.count - 2 * count) / (RequestFlags.count + 1)
    requests = (0..<ranks).map { place in
      let start = 2 * count + place * RequestFlags.count
      return memory[start..<start + RequestFlags.count]
    }
    verdicts = memory[memory.count - ranks..<memory.count]
  }

  /// Says what the rank at `place` asks for.
  func request(_ mine: StepRequests, place: Int) { RequestFlags.write(mine, to: requests[place]) }

  /// Says, for the rank at `place`, whether all that its team found is finite.
  func judge(_ isFinite: Bool, place: Int) { verdicts[place] = isFinite ? 0 : 1 }

  /// Whether all that the ranks at `places` know is finite.
  func isFinite(places: [Int]) -> Bool { places.allSatisfy { verdicts[$0] == 0 } }

  /// Where the losses at `positions` of a batch, what the ranks at `places` ask for, and the
  /// verdict of the rank at place `judge`, if any, lie in the report's memory.
  func gatheredRanges(
    _ positions: Range<Int>, places: Range<Int>, judge: Int?
  ) -> [Range<Int>] {
    let flags = 2 * BatchReport.count(batchSize: batchSize)
    let verdicts = flags + requests.count * RequestFlags.count
    return [
      2 * positions.lowerBound..<2 * positions.upperBound,
      flags + places.lowerBound * RequestFlags.count..<flags
        + places.upperBound * RequestFlags.count,
    ] + (judge.map { [verdicts + $0..<verdicts + $0 + 1] } ?? [])
  }

  /// Leaves for all, as ``result``, what is found of a batch of `count` samples. The leader's task.
  func summarise(_ count: Int) {
    result.copyLosses(of: found, count)
    var all = StepRequests()
    for flags in requests {
      let one = RequestFlags.read(flags)
      all = StepRequests(stop: all.stop || one.stop, save: all.save || one.save)
    }
    result.requests = all
  }
}
