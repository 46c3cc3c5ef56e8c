internal import Glibc
internal import MPI
internal import Ranks

/// Messages between this rank and the other ranks of its lane, prepared once and sent in every step:
/// ``MPI/PersistentMessages``, or, in tests, memory of one process.
protocol LaneMessages: ~Copyable {
  /// This rank's number in the lane, which is the number of its team.
  var rank: Int { get }

  /// How many ranks the lane has: one of each team.
  var size: Int { get }

  /// How many bytes this rank sends each time `group` is started.
  func sentBytes(_ group: Int) -> Int

  /// Begins a group of messages that start and end together; returns its number, from 0.
  mutating func addGroup() -> Int

  /// Adds to the last group the sending of `values` to `team`; their memory must not move until ``free()``.
  mutating func addSend<Element: Datatype>(
    _ values: Span<Element>, to team: Int
  ) throws(MPIError)

  /// Adds to the last group the receiving of `values` from `team`; their memory must not move until
  /// ``free()``.
  mutating func addReceive<Element: Datatype>(
    into values: inout MutableSpan<Element>, from team: Int
  ) throws(MPIError)

  /// Adds a group that copies the ranges `pieces[team]` of each team's `values` to the same ranges of the
  /// other teams' `values`; returns the group's number.
  mutating func addAllGather<Element: Datatype>(
    _ values: inout MutableSpan<Element>, pieces: [[Range<Int>]]
  ) throws(MPIError) -> Int

  /// Starts the messages of `group`.
  mutating func start(_ group: Int) throws(MPIError)

  /// Whether all messages of `group` have ended; does not wait.
  mutating func test(_ group: Int) throws(MPIError) -> Bool

  /// The teams from which messages of `group`, which was started, have not come yet.
  func pendingSources(_ group: Int) throws(MPIError) -> [Int]

  /// Frees the messages, none of which may be under way.
  consuming func free() throws(MPIError)
}

extension PersistentMessages: LaneMessages {}

extension LaneMessages where Self: ~Copyable {
  /// Starts `group` and waits for it.
  mutating func exchange(_ group: Int, _ lane: LaneRanks) throws {
    try start(group)
    try wait(group, lane)
  }

  /// Waits until all messages of `group` have ended.
  mutating func wait(_ group: Int, _ lane: LaneRanks) throws {
    try RankActivity.own.during(.waitingForMessages) {
      var looks = 0
      while try !test(group) { try lane.answer(pendingSources(group), after: &looks) }
    }
  }
}

/// The numbers in the job of the ranks of a lane, by team.
struct LaneRanks {
  let ranks: [Int]

  /// What a rank does between two looks for messages that are missing, of the ranks of `teams`: it tells the
  /// watch that asks for it, if one does, and after some `looks` leaves its core to others. MPI_Wait would do
  /// that, too, but not tell; and MPI_Test of MPICH does not.
  func answer(_ teams: @autoclosure () throws -> [Int], after looks: inout Int) rethrows {
    looks += 1
    if looks > 100 { sched_yield() }
    guard RankActivity.own.isAsked else { return }
    RankActivity.own.tell(missing: try teams().map { ranks[$0] })
  }
}
