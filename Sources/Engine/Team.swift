package import MPI
internal import Ranks

/// The ranks that share one copy of parameters, layer inputs and deltas, and this rank's lane.
package struct Team: ~Copyable {
  /// The team's ranks, in order; its rank 0 is the team's leader.
  let communicator: Communicator

  /// The lane's ranks, in the order of the teams; nil where this rank is in no lane.
  let lane: Communicator?

  /// Where this rank stands.
  package let layout: JobLayout

  /// The ranks of the lane in the world, by team.
  let laneRanks: LaneRanks

  /// This rank in the world.
  private let worldRank: Int

  /// Forms the teams of `world`, in the order of their leaders, where every rank has `threads`; collective
  /// over `world`.
  package init(_ mode: TeamMode, threads: Int, among world: borrowing Communicator) throws {
    let watch = ConnectionWatch(rank: world.rank)
    let team =
      switch mode {
      case .node: try world.splitShared(key: world.rank)
      case .rank: try world.split(color: world.rank)!
      }
    let leader = try team.broadcast(Int64(world.rank), from: 0)
    let leaderOfEachRank = try world.allGather(leader)
    let sizes = leaderOfEachRank.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    let leaders = sizes.keys.sorted()
    let layout = JobLayout(
      teamSizes: leaders.map { sizes[$0]! }, team: leaders.firstIndex(of: leader)!,
      member: team.rank, threads: threads)
    let lane = try world.split(color: layout.lane, key: layout.team)
    worldRank = world.rank
    // A rank is the member of its team that it is among those with the same leader.
    laneRanks = LaneRanks(
      ranks: layout.lane == nil
        ? []
        : leaders.map { leader in
          leaderOfEachRank.indices.filter { leaderOfEachRank[$0] == leader }[layout.member]
        })
    self.lane = lane
    self.layout = layout
    communicator = team
    watch.end()
  }

  /// Lets the ranks of each lane greet one another, so that all of them are connected; collective. Where that
  /// takes longer than ``ConnectionWatch/limit``, the job ends with a sentence.
  func meetLane() throws {
    guard layout.teamCount > 1 else { return }
    try ConnectionWatch.during(rank: worldRank) { watch in
      try withLane { lane in
        let others = (0..<lane.size).filter { $0 != lane.rank }
        try watch.meet(others, of: lane, places: others.map { laneRanks.ranks[$0] })
      }
    }
  }

  /// Calls `body` with the lane's communicator, where this rank is in a lane.
  func withLane(_ body: (borrowing Communicator) throws -> Void) throws {
    switch lane {
    case .some(let lane): try body(lane)
    case .none: return
    }
  }

  /// An empty list of messages between the lane's ranks, to which the exchange with this `number` adds; nil
  /// where there are no other teams, or this rank is in no lane.
  func makeMessages(forExchange number: Int) -> PersistentMessages? {
    guard layout.teamCount > 1 else { return nil }
    switch lane {
    case .some(let lane): return lane.persistentMessages(firstTag: 4096 * number)
    case .none: return nil
    }
  }

  /// Frees the communicators; collective.
  package consuming func free() throws {
    try communicator.free()
    try lane?.free()
  }
}
