internal import Kernels

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

/// How the positions of a batch are divided among teams.
package enum BatchDivision: Sendable {
  /// Every rank has as many positions as any other, or one more or less.
  case even
  /// Each team has few and large subtrees of the ``PositionTree``.
  ///
  /// This is the even division with its borders moved to the nearest multiples of a power of two parts: the
  /// largest power with which no rank has more than an eighth above its even share; where there is none, one
  /// part. So nothing is lost where 2^m equal teams share 2^n parts; of three equal teams two have 3/8 of
  /// such a batch and one 2/8, and the largest share is an eighth above a third.
  case bySubtrees
  /// A team has one subtree or none: halves, quarters, eighths … of the tree, as many as there are teams at
  /// most. So fewer bytes travel, and some ranks compute more than others.
  case byFewestSubtrees
}

extension JobLayout {
  /// The part of `batch` that falls to the ranks of team number `team`.
  package func positions(
    ofTeam team: Int, in batch: Range<Int>, divided division: BatchDivision
  ) -> Range<Int> {
    let borders = borders(ofBatch: batch.count, division)
    return batch.lowerBound + borders[team]..<batch.lowerBound + borders[team + 1]
  }

  /// The parts of a batch of `count` positions that fall to the teams.
  func parts(ofBatch count: Int, divided division: BatchDivision) -> [Range<Int>] {
    let borders = borders(ofBatch: count, division)
    return zip(borders, borders.dropFirst()).map { $0..<$1 }
  }

  /// The part of `batch` that falls to the rank at `place`.
  package func positions(
    ofPlace place: Int, in batch: Range<Int>, divided division: BatchDivision
  ) -> Range<Int> {
    let team = teams.firstIndex { $0.contains(place) }!
    return Shard(rank: place - teams[team].lowerBound, of: teams[team].count)
      .part(of: positions(ofTeam: team, in: batch, divided: division))
  }

  /// The part that falls to this rank's thread `number` of what all threads of its team do together.
  func teamShare(ofThread number: Int) -> Shard {
    Shard(rank: member * threads + number, of: teams[team].count * threads)
  }

  /// Where the teams' parts of a batch of `count` positions begin, and where the last one ends.
  private func borders(ofBatch count: Int, _ division: BatchDivision) -> [Int] {
    var unit = PositionTree.part
    switch division {
    case .even:
      return teams.map { count * $0.lowerBound / rankCount } + [count]
    case .bySubtrees:
      while 2 * unit <= count { unit *= 2 }
      while unit > PositionTree.part, !isFair(borders(ofBatch: count, nearest: unit)) { unit /= 2 }
    case .byFewestSubtrees:
      var teams = 1
      while 2 * teams <= teamCount { teams *= 2 }
      while teams * unit < count { unit *= 2 }
    }
    return borders(ofBatch: count, nearest: unit)
  }

  /// The borders of the even division, moved to the nearest multiples of `unit`.
  private func borders(ofBatch count: Int, nearest unit: Int) -> [Int] {
    teams.map { places in
      min(count, (2 * count * places.lowerBound / rankCount + unit) / (2 * unit) * unit)
    } + [count]
  }

  /// Whether no rank has more than an eighth above its even share.
  private func isFair(_ borders: [Int]) -> Bool {
    zip(zip(borders, borders.dropFirst()), teams).allSatisfy { part, places in
      8 * (part.1 - part.0) * rankCount <= 9 * places.count * borders.last!
    }
  }
}
