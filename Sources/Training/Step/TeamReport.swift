internal import Kernels

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
