internal import MNIST
internal import VAE

/// What a lane's ranks gather where tiles fall to one team each: for each team, the ranges of a
/// team's memory that it has and the others need.
struct GatheringPieces {
  /// The tiles' parameters.
  let parameters: [[Range<Int>]]

  /// The tiles' two moments, which only a checkpoint needs.
  let moments: [[Range<Int>]]

  /// Layer inputs but for pixels, deltas, losses and requests, by the number of samples in a batch.
  private let samples: [Int: [[Range<Int>]]]

  /// Prepares for batches of `batchCounts` samples. `shards` and `places` are those of all teams.
  init(
    _ layout: ParameterLayout, _ lane: Lane, _ activations: Activations, _ memory: TrainingMemory,
    batchCounts: Set<Int>, shards: [Shard], places: [Range<Int>]
  ) {
    let tiles = lane.tiles(layout).map { $0.map(\.range) }
    parameters = tiles
    moments = tiles.map { ranges in
      (1...2).flatMap { moment in ranges.map { $0.shifted(by: moment * layout.count) } }
    }
    samples = batchCounts.reduce(into: [:]) { samples, count in
      samples[count] = zip(shards, places).map { shard, places in
        let team = shard.part(of: 0..<count)
        let share = lane.share(of: team)
        return activations.gatheredRanges(share).map { $0.shifted(by: memory.shared[0]) }
          + TeamReport.gatheredRanges(
            share, places: lane.number == 0 ? places : 0..<0, batchSize: memory.batchSize
          ).map { $0.shifted(by: memory.shared[0] + memory.shared[1]) }
      }
    }
  }

  /// What belongs to a batch of `count` samples.
  func samples(_ count: Int) -> [[Range<Int>]] { samples[count]! }

  /// The floats that a step on `count` samples brings to team number `team`.
  func othersFloats(_ count: Int, team: Int) -> Int {
    let others = [samples(count), parameters].flatMap { pieces in
      pieces.enumerated().filter { $0.offset != team }.flatMap(\.element)
    }
    return others.reduce(0) { $0 + $1.count }
  }
}

extension Range<Int> {
  /// The range that begins `distance` further on.
  fileprivate func shifted(by distance: Int) -> Range<Int> {
    lowerBound + distance..<upperBound + distance
  }
}
