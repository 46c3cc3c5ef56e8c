package import MPI
internal import Platform
internal import Ranks

/// Finds teams whose parameters are no longer the same as those of the other teams.
enum ReplicaComparison {
  /// Compares the SHA-256 of all teams' parameters; collective over the teams' `leaders`. `worldRank` is
  /// this leader's rank among all ranks of the job.
  ///
  /// - Throws: `MPIError` where a call fails.
  /// - Returns: nil where all parameters are the same; else a failure with `disagreement`, naming rank and
  ///   host of each leader that has not the majority's parameters or, without a majority, of all leaders. The
  ///   same on all leaders.
  static func failure(
    _ replica: Replica, step: Int, worldRank: Int, among leaders: borrowing Communicator
  ) throws -> Failure? {
    let mine = Fingerprint("replica", of: [replica.parameters]).digest
    let all = try RankActivity.own.during(.waitingForAll) {
      var all = [UInt8](repeating: 0, count: leaders.size * mine.count)
      var span = all.mutableSpan
      try leaders.allGather(mine.span, into: &span)
      return all
    }
    let replicas = (0..<leaders.size).map { all[$0 * mine.count..<($0 + 1) * mine.count] }
    let places = Dissent.indices(in: replicas)
    guard !places.isEmpty else { return nil }
    let ranks = try leaders.allGather(Int64(worldRank))
    let hosts = try leaders.hostOfEachRank()
    let names = ranks.indices.map { "rank \(ranks[$0]) on \(hosts[$0])" }
    let isKnown = Dissent.majority(of: replicas) != nil
    let sentence = sentence(step, isKnown ? places.map { names[$0] } : names, isKnown: isKnown)
    return Failure(.disagreement, Sentence(sentence))
  }

  /// The sentence about `ranks` after step number `step`: that their replicas are wrong or, where
  /// `isKnown` is false, that some of them are.
  static func sentence(_ step: Int, _ ranks: [String], isKnown: Bool) -> String {
    let names = Wording.hosts(ranks)
    let (what, advice) =
      isKnown
      ? ("the parameters of \(names) are not those of the other replicas", "leave that host out")
      : (
        "the replicas of \(names) are not the same, and no majority tells which is wrong",
        "have these hosts looked at"
      )
    return
      "step \(step): \(what); nothing was saved of this step; start again from the last checkpoint, and "
      + "if it happens again, \(advice)"
  }
}

extension Trainer {
  /// Makes sure that all teams have the same parameters; collective over `world`, the ranks that train. With
  /// a lone team there is nothing to compare, and the call returns at once.
  ///
  /// - Throws: on all ranks, `SharedFailure` with `disagreement` where parameters differ.
  package func compareReplicas(among world: borrowing Communicator) throws {
    guard job.teamCount > 1 else { return }
    var failure: Failure?
    if team.layout.isLeader {
      try team.withLane {
        failure = try ReplicaComparison.failure(
          replica, step: progress.step, worldRank: world.rank, among: $0)
      }
    }
    try world.together { if let failure { throw failure } }
  }
}
