public import MPI

/// How ranks form teams.
public enum TeamMode: String, Codable, Sendable, CaseIterable {
  /// The ranks of one node, which share memory, are a team.
  case node
  /// Every rank is a team of its own: classic data parallelism.
  case rank
}

/// The ranks that share one copy of parameters, layer inputs and deltas, and their lanes.
///
/// The gradient's tiles are dealt into as many lanes as the smallest team has ranks. A lane is one
/// rank of each team: those that compute the same tiles of their teams' gradients.
public struct Team: ~Copyable {
  /// The team's ranks; its rank 0 is the team's leader.
  let communicator: Communicator

  /// The ranks with the same tiles, one of each team; nil beyond the last lane.
  let lane: Communicator?

  /// The ranks of a lane: the number of teams.
  let teamCount: Int

  /// The number of lanes.
  let laneCount: Int

  /// The places of the team's ranks in the order in which ranks share a batch, team after team.
  let places: Range<Int>

  /// Whether this rank speaks for the team.
  var isLeader: Bool { communicator.rank == 0 }

  /// This rank's place.
  var place: Int { places.lowerBound + communicator.rank }

  /// Forms the teams of `world`; collective.
  public init(_ mode: TeamMode, among world: borrowing Communicator) throws {
    let team =
      switch mode {
      case .node: try world.splitShared(key: world.rank)
      case .rank: try world.split(color: world.rank)!
      }
    let leader = Int(try team.broadcast(Int64(world.rank), from: 0))
    let laneCount = Int(try world.allReduce(Int64(team.size), .min))
    let lane = try world.split(color: team.rank < laneCount ? team.rank : nil, key: world.rank)
    let teamCount = Int(try world.allReduce(Int64(team.rank == 0 ? 1 : 0), .sum))
    let order = try world.split(color: 0, key: leader)!
    let first = order.rank - team.rank
    try order.free()
    places = first..<first + team.size
    communicator = team
    self.lane = lane
    self.laneCount = laneCount
    self.teamCount = teamCount
  }

  /// Calls `body` with the lane's communicator, where this rank is in a lane.
  func withLane(_ body: (borrowing Communicator) throws -> Void) throws {
    switch lane {
    case .some(let lane): try body(lane)
    case .none: return
    }
  }

  /// Frees the communicators; collective.
  public consuming func free() throws {
    try communicator.free()
    try lane?.free()
  }
}
