internal import Images
package import Kernels
internal import MPI
package import VAE

/// Which tiles fall to a rank, and over which samples it computes them.
///
/// Where teams add gradients up, each computes every tile over its own samples, and a lane's ranks
/// have the same tiles. Where a team has the whole batch, alone or gathered, each tile falls to one
/// rank in the world.
package struct Lane {
  /// The lane's number; from ``count`` on it is none.
  let number: Int

  /// The number of lanes.
  let count: Int

  /// The number of the rank's team.
  let team: Int

  /// The number of teams.
  let teamCount: Int

  /// What teams exchange.
  let exchange: ExchangeMode

  /// The number format in which gradients travel.
  let wire: Precision

  /// The threads of the lane's rank.
  let threads: Int

  package init(
    number: Int, count: Int, team: Int, teamCount: Int, exchange: ExchangeMode, wire: Precision,
    threads: Int
  ) {
    (self.number, self.count, self.team, self.teamCount) = (number, count, team, teamCount)
    (self.exchange, self.wire, self.threads) = (exchange, wire, threads)
  }

  /// Whether the team's memory has the samples of the whole batch.
  var hasWholeBatch: Bool { teamCount == 1 || exchange == .allGather }

  /// The samples of a team, among `samples`, that this lane's rank sends to the other teams,
  /// whoever computed them: an equal share.
  func share(of samples: Range<Int>) -> Range<Int> {
    guard number < count else { return samples.lowerBound..<samples.lowerBound }
    return Shard(rank: number, of: count).part(of: samples)
  }

  /// The tiles that fall to this lane's rank in each team.
  func tiles(_ layout: ParameterLayout) -> [[GradientTile]] {
    guard number < count else { return Array(repeating: [], count: teamCount) }
    guard hasWholeBatch else {
      return Array(repeating: Self.deal(layout.tiles, to: count)[number], count: teamCount)
    }
    let hands = Self.deal(layout.tiles, to: teamCount * count)
    return (0..<teamCount).map { hands[$0 * count + number] }
  }

  /// In which order the rank computes its tiles.
  func plan(_ layout: ParameterLayout) -> LanePlan {
    LanePlan(tiles(layout)[team], threads: threads, keeps: !hasWholeBatch)
  }

  /// Deals tiles so that all have about the same work: each, from the largest on, to the hand that
  /// has least.
  ///
  /// Graham, "Bounds on multiprocessing timing anomalies", 1969: at most 4/3 of the best possible.
  package static func deal(_ tiles: [GradientTile], to count: Int) -> [[GradientTile]] {
    var hands = [[GradientTile]](repeating: [], count: count)
    var loads = [Int](repeating: 0, count: count)
    let largestFirst = tiles.sorted {
      ($1.range.count, $0.range.lowerBound) < ($0.range.count, $1.range.lowerBound)
    }
    for tile in largestFirst {
      let hand = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) }!
      loads[hand] += tile.range.count
      hands[hand].append(tile)
    }
    return hands.map { $0.sorted { $0.range.lowerBound < $1.range.lowerBound } }
  }
}

extension Lane {
  /// This rank's.
  init(_ team: borrowing Team, _ exchange: ExchangeMode, wire: Precision, threads: Int) {
    self.init(
      number: team.communicator.rank, count: team.laneCount, team: team.number,
      teamCount: team.count, exchange: exchange, wire: wire, threads: threads)
  }
}
