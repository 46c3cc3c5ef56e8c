package import Kernels

/// Where this rank stands among the ranks of a job, and which samples fall to which team, rank and thread.
///
/// Ranks have places: team after team, in the order of their ranks within the team, so that the
/// samples of a team follow one another in the batch. Threads share a batch as if each were a rank.
///
/// A lane is one rank of each team: the ranks that exchange the same part of their teams' memories. There are
/// as many lanes as the smallest team has ranks; the other ranks of a larger team are in no lane.
package struct JobLayout: Equatable, Sendable {
  /// The places of each team's ranks.
  package let teams: [Range<Int>]

  /// The number of this rank's team, counted from 0.
  package let team: Int

  /// This rank's number within its team, counted from 0; number 0 is the team's leader.
  package let member: Int

  /// How many threads each rank has.
  package let threads: Int

  /// The layout of teams of `teamSizes` ranks, for rank `member` of team number `team`.
  package init(teamSizes: [Int], team: Int, member: Int, threads: Int) {
    var end = 0
    teams = teamSizes.map { size in
      defer { end += size }
      return end..<end + size
    }
    (self.team, self.member, self.threads) = (team, member, threads)
  }

  /// How many teams there are.
  package var teamCount: Int { teams.count }

  /// How many ranks there are.
  package var rankCount: Int { teams.last?.upperBound ?? 0 }

  /// Whether this rank is its team's leader.
  var isLeader: Bool { member == 0 }

  /// This rank's place.
  var place: Int { teams[team].lowerBound + member }

  /// How many lanes there are: as many as the smallest team has ranks.
  var laneCount: Int { teams.map(\.count).min() ?? 0 }

  /// This rank's lane, counted from 0: the same number as ``member``; nil where the smallest team has no such
  /// member.
  var lane: Int? { member < laneCount ? member : nil }
}

extension JobLayout {
  /// The part of every batch that falls to the ranks of team number `team`.
  func shard(ofTeam team: Int) -> Shard { shard(ofPlaces: teams[team]) }

  /// The part of every batch that falls to the rank at `place`.
  package func shard(ofPlace place: Int) -> Shard { shard(ofPlaces: place..<place + 1) }

  /// The part of every batch that falls to this rank's thread `number`.
  func shard(ofThread number: Int) -> Shard {
    Shard(rank: place * threads + number, of: rankCount * threads)
  }

  /// The part that falls to this rank's thread `number` of what all threads of its team do together.
  func teamShare(ofThread number: Int) -> Shard {
    Shard(rank: member * threads + number, of: teams[team].count * threads)
  }

  private func shard(ofPlaces places: Range<Int>) -> Shard {
    Shard(
      ranks: places.lowerBound * threads..<places.upperBound * threads, of: rankCount * threads)
  }
}
