package import MPI

/// The ranks that share one copy of parameters, layer inputs and deltas, and this rank's lane.
package struct Team: ~Copyable {
  /// The team's ranks, in order; its rank 0 is the team's leader.
  let communicator: Communicator

  /// The lane's ranks, in the order of the teams; nil where this rank is in no lane.
  let lane: Communicator?

  /// Where this rank stands.
  package let layout: JobLayout

  /// Forms the teams of `world`, in the order of their leaders, where every rank has `threads`; collective
  /// over `world`.
  package init(_ mode: TeamMode, threads: Int, among world: borrowing Communicator) throws {
    let team =
      switch mode {
      case .node: try world.splitShared(key: world.rank)
      case .rank: try world.split(color: world.rank)!
      }
    let leader = try team.broadcast(Int64(world.rank), from: 0)
    let sizes = try world.allGather(leader).reduce(into: [:]) { $0[$1, default: 0] += 1 }
    let leaders = sizes.keys.sorted()
    let layout = JobLayout(
      teamSizes: leaders.map { sizes[$0]! }, team: leaders.firstIndex(of: leader)!,
      member: team.rank, threads: threads)
    lane = try world.split(color: layout.lane, key: layout.team)
    self.layout = layout
    communicator = team
  }

  /// Calls `body` with the lane's communicator, where this rank is in a lane.
  func withLane(_ body: (borrowing Communicator) throws -> Void) throws {
    switch lane {
    case .some(let lane): try body(lane)
    case .none: return
    }
  }

  /// An empty list of messages between the lane's ranks, to which an exchange adds; nil where there are no
  /// other teams, or this rank is in no lane.
  func makeMessages() -> PersistentMessages? {
    guard layout.teamCount > 1 else { return nil }
    switch lane {
    case .some(let lane): return lane.persistentMessages()
    case .none: return nil
    }
  }

  /// Frees the communicators; collective.
  package consuming func free() throws {
    try communicator.free()
    try lane?.free()
  }
}
