internal import Kernels
internal import VAE

/// How the teams of a lane add up one bucket of gradients, for batches of one size.
///
/// Each team computes a sum for every subtree of the ``PositionTree`` that lies in its part of the batch. One
/// team adds up each element of the bucket, in the order of the tree, so that the bits are those of a lone
/// team.
struct BucketPlan {
  /// The elements of the bucket, in the rank's memory of one gradient.
  let bucket: Range<Int>

  /// For each team the subtrees that it has: rows of a layer's matrices, counted from the batch's first.
  let subtrees: [[Range<Int>]]

  /// For each team the elements that it adds up: a piece of the bucket.
  let pieces: [Range<Int>]

  private let tree: PositionTree

  /// How many subtrees all teams have.
  private let subtreeCount: Int

  /// How many teams add up a piece.
  private let addingCount: Int

  /// The plan for `bucket`, a gradient of layers of which each sample has `rowsPerSample` rows, where the
  /// teams have the samples `parts` of a batch.
  init(_ bucket: Range<Int>, parts: [Range<Int>], rowsPerSample: Int) {
    let tree = PositionTree(count: (parts.last?.upperBound ?? 0) * rowsPerSample)
    let subtrees = parts.map {
      tree.subtrees(of: $0.lowerBound * rowsPerSample..<$0.upperBound * rowsPerSample)
    }
    let adding = Self.addingTeams(subtrees.map(\.count))
    let line = Buffer<Float>.alignment / MemoryLayout<Float>.stride
    let cut = adding.indices.map { Shard(rank: $0, of: adding.count, unit: line).part(of: bucket) }
    var pieces = parts.map { _ in bucket.upperBound..<bucket.upperBound }
    for (team, piece) in zip(adding, cut) { pieces[team] = piece }
    (self.bucket, self.subtrees, self.pieces, self.tree) = (bucket, subtrees, pieces, tree)
    subtreeCount = subtrees.reduce(0) { $0 + $1.count }
    addingCount = pieces.count { !$0.isEmpty }
  }

  /// The subtrees of team number `team`, counted from the first row that the team has.
  func heldSubtrees(of team: Int) -> [Range<Int>] {
    let first = subtrees[team].first?.lowerBound ?? 0
    return subtrees[team].map { $0.shifted(by: -first) }
  }

  /// The order of additions in the team number `team`: `into` and `from` are indices in ``subtrees``, joined.
  /// The sum ends up in the place of the team's first or, where it has none, of the first of all.
  func additions(in team: Int) -> [(into: Int, from: Int)] {
    let home = subtrees[team].isEmpty ? 0 : subtrees[..<team].reduce(0) { $0 + $1.count }
    return tree.additions(of: Array(subtrees.joined()), home: home)
  }

  /// How many floats team number `team` receives to add them up.
  func addends(_ team: Int) -> Int {
    pieces[team].count * (subtreeCount - subtrees[team].count)
  }

  /// How many floats team number `team` receives: ``addends(_:)``, and the sums that others have added up.
  func receivedFloats(_ team: Int) -> Int {
    addends(team) + bucket.count - pieces[team].count
  }

  /// How many floats team number `team` sends: its subtrees' sums to the teams that add them up, and what it
  /// has added up to all others.
  func sentFloats(_ team: Int) -> Int {
    let (own, others) = (pieces[team].count, pieces.count - 1)
    return subtrees[team].count * (bucket.count - own) + others * own
  }

  /// How many messages team number `team` sends and receives.
  func messages(_ team: Int) -> Int {
    let own = subtrees[team].count
    return pieces[team].isEmpty
      ? (own + 1) * addingCount
      : (own + 1) * (addingCount - 1) + subtreeCount - own + pieces.count - 1
  }

  /// The teams that add the bucket up, in equal pieces, where teams have `counts` subtrees.
  ///
  /// Those with more subtrees save more messages by adding them up where they are; but the more teams add,
  /// the less each receives. Of all sets of those with the most subtrees, this is the one with which the team
  /// with the most bytes in or out has the fewest; of several such sets, the smallest.
  private static func addingTeams(_ counts: [Int]) -> [Int] {
    let (teams, all) = (Double(counts.count), Double(counts.reduce(0, +)))
    /// What the team with the most sends or receives if teams of at least so many subtrees add.
    func mostBytes(least: Int) -> Double {
      let share = 1 / Double(counts.count { $0 >= least })
      return counts.map { count in
        let own = count >= least ? share : 0
        let sent = Double(count) * (1 - own) + own * (teams - 1)
        let received = own * (all - Double(count)) + (1 - own)
        return max(sent, received)
      }.max() ?? 0
    }
    let least = Set(counts).sorted(by: >)
      .min { mostBytes(least: $0) < mostBytes(least: $1) - 1e-9 }
    return counts.indices.filter { counts[$0] >= least ?? 0 }
  }
}
