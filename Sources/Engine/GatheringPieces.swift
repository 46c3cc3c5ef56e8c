internal import Images
internal import Kernels
internal import VAE

/// What a lane's ranks gather: for each team, the ranges of a team's memory that it has and the
/// others need. Where teams add gradients up, these are the losses and requests, which lane 0
/// brings, and each lane's verdicts.
struct GatheringPieces {
  /// The tiles of each team, where tiles fall to one each.
  let tiles: [[GradientTile]]

  /// Their parameters.
  let parameters: [[Range<Int>]]

  /// These tiles' two moments, which only a checkpoint needs.
  let moments: [[Range<Int>]]

  /// The sizes of batches, in order.
  let batchCounts: [Int]

  /// Layer inputs but for pixels, deltas, losses and requests, by the number of samples in a batch.
  private let samples: [Int: [[Range<Int>]]]

  /// Prepares for batches of `batchCounts` samples. `shards` and `places` are those of all teams.
  init(
    _ layout: ParameterLayout, _ lane: Lane, _ activations: Activations, _ memory: TrainingMemory,
    batchCounts: Set<Int>, shards: [Shard], places: [Range<Int>]
  ) {
    let tiles = lane.tiles(layout).map { lane.hasWholeBatch ? $0 : [] }
    self.tiles = tiles
    parameters = tiles.map { $0.map(\.range) }
    moments = parameters.map { ranges in
      (1...2).flatMap { moment in ranges.map { $0.shifted(by: moment * layout.count) } }
    }
    self.batchCounts = batchCounts.sorted()
    let (isFirst, ranks) = (lane.number == 0, places.last?.upperBound ?? 0)
    samples = batchCounts.reduce(into: [:]) { samples, count in
      samples[count] = zip(shards, places).map { shard, places in
        let team = shard.part(of: 0..<count)
        let none = team.lowerBound..<team.lowerBound
        let share = lane.hasWholeBatch ? lane.share(of: team) : isFirst ? team : none
        let activations = lane.hasWholeBatch ? activations.gatheredRanges(share) : []
        return activations.map { $0.shifted(by: memory.shared[0]) }
          + TeamReport.gatheredRanges(
            share, places: isFirst ? places : 0..<0,
            judge: lane.hasWholeBatch ? nil : places.lowerBound + lane.number, ranks: ranks,
            batchSize: memory.batchSize
          ).map { $0.shifted(by: memory.shared[0] + memory.shared[1]) }
      }
    }
  }

  /// What belongs to a batch of `count` samples.
  func samples(_ count: Int) -> [[Range<Int>]] { samples[count]! }
}

extension Range<Int> {
  /// The range that begins `distance` further on.
  fileprivate func shifted(by distance: Int) -> Range<Int> {
    lowerBound + distance..<upperBound + distance
  }
}
