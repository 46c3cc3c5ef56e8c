package import MPI

/// How ranks form teams.
package enum TeamMode: String, Codable, Sendable, CaseIterable {
  /// The ranks of one node, which share memory, are a team.
  case node
  /// Every rank is a team of its own: classic data parallelism.
  case rank
}

/// The ranks that share one copy of parameters, layer inputs and deltas, and their lanes.
///
/// The gradient's tiles are dealt into as many lanes as the smallest team has ranks. A lane is one
/// rank of each team: those that exchange the same part of their teams' memories.
package struct Team: ~Copyable {
  /// The team's ranks; its rank 0 is the team's leader.
  let communicator: Communicator

  /// One rank of each team, in the order of the teams; nil beyond the last lane.
  let lane: Communicator?

  /// The number of lanes.
  let laneCount: Int

  /// The team's number.
  let number: Int

  /// The places of each team's ranks in the order in which ranks share a batch, team after team.
  let allPlaces: [Range<Int>]

  /// The number of teams.
  var count: Int { allPlaces.count }

  /// The places of the team's ranks.
  var places: Range<Int> { allPlaces[number] }

  /// Whether this rank speaks for the team.
  var isLeader: Bool { communicator.rank == 0 }

  /// This rank's place.
  var place: Int { places.lowerBound + communicator.rank }

  /// The places of the lane's ranks, in the order of the teams.
  let lanePlaces: [Int]

  /// Forms the teams of `world`, in the order of their leaders; collective.
  package init(_ mode: TeamMode, among world: borrowing Communicator) throws {
    let team =
      switch mode {
      case .node: try world.splitShared(key: world.rank)
      case .rank: try world.split(color: world.rank)!
      }
    let leader = try team.broadcast(Int64(world.rank), from: 0)
    let sizes = try world.allGather(leader).reduce(into: [:]) { $0[$1, default: 0] += 1 }
    let leaders = sizes.keys.sorted()
    let (number, laneCount) = (leaders.firstIndex(of: leader)!, sizes.values.min()!)
    lane = try world.split(color: team.rank < laneCount ? team.rank : nil, key: number)
    self.number = number
    self.laneCount = laneCount
    var end = 0
    let places = leaders.map { leader in
      defer { end += sizes[leader]! }
      return end..<end + sizes[leader]!
    }
    lanePlaces = places.map { $0.lowerBound + team.rank }
    allPlaces = places
    communicator = team
  }

  /// Calls `body` with the lane's communicator, where this rank is in a lane.
  func withLane(_ body: (borrowing Communicator) throws -> Void) throws {
    switch lane {
    case .some(let lane): try body(lane)
    case .none: return
    }
  }

  /// Frees the communicators; collective.
  package consuming func free() throws {
    try communicator.free()
    try lane?.free()
  }
}
